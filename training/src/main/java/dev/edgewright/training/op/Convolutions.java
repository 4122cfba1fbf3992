package dev.edgewright.training.op;

import dev.edgewright.training.tensor.ConvolutionGeometry;
import dev.edgewright.training.tensor.Shape;
import dev.edgewright.training.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Conv and ConvTranspose over one or two spatial axes. */
final class Convolutions {

    private Convolutions() {}

    static void register(Map<String, Operator> table) {
        table.put("Conv", Convolutions::conv);
        table.put("ConvTranspose", Convolutions::transposed);
    }

    private static List<Value> conv(Call call) {
        Tensor x = call.tensor(0);
        Tensor weight = call.tensor(1);
        int rank = weight.shape().rank() - 2;
        long[] stride = call.node().intsAttribute("strides", ones(rank));
        long[] dilation = call.node().intsAttribute("dilations", ones(rank));
        long[] kernel = Arrays.copyOfRange(weight.shape().dimensions(), 2, rank + 2);
        Padding padding = Padding.of(call, x.shape(), kernel, stride, dilation);
        int groups = (int) call.attribute("group", 1L);
        x = padding.applyUneven(x, 0);
        return Call.one(x.convolution(
                weight, call.tensorOrNull(2), new ConvolutionGeometry(stride, padding.even(), dilation, groups)));
    }

    /**
     * As a convolution of the input spread out by the stride: zeros between the values, the kernel flipped and its channels swapped.
     */
    private static List<Value> transposed(Call call) {
        Tensor x = call.tensor(0);
        Tensor weight = call.tensor(1); // [in, out / groups, kernel...]
        Shape shape = weight.shape();
        int rank = shape.rank() - 2;
        int groups = (int) call.attribute("group", 1L);
        long[] stride = call.node().intsAttribute("strides", ones(rank));
        long[] dilation = call.node().intsAttribute("dilations", ones(rank));
        long[] outputPadding = call.node().intsAttribute("output_padding", new long[rank]);
        long[] pads = call.node().intsAttribute("pads", new long[2 * rank]);
        if (call.node().attribute("output_shape").isPresent()
                || !call.attribute("auto_pad", "NOTSET").equals("NOTSET")) {
            throw call.unsupported("output_shape and auto_pad of ConvTranspose are not supported");
        }
        x = spread(call, x, stride);
        long[] before = new long[rank + 2];
        long[] after = new long[rank + 2];
        int[] spatial = new int[rank];
        for (int i = 0; i < rank; i++) {
            long reach = dilation[i] * (shape.get(i + 2) - 1);
            before[i + 2] = reach - pads[i];
            after[i + 2] = reach - pads[rank + i] + outputPadding[i];
            spatial[i] = i + 2;
        }
        x = padOrCrop(x, before, after);
        long perGroup = shape.get(0) / groups;
        List<Tensor> flipped = new ArrayList<>();
        Tensor mirrored = weight.flip(spatial);
        int[] swap = new int[rank + 2];
        swap[0] = 1;
        swap[1] = 0;
        for (int i = 2; i < swap.length; i++) {
            swap[i] = i;
        }
        for (int g = 0; g < groups; g++) {
            flipped.add(mirrored.slice(0, g * perGroup, (g + 1) * perGroup, 1).transpose(swap));
        }
        Tensor kernel = groups == 1 ? flipped.get(0) : call.backend().concat(flipped, 0);
        return Call.one(x.convolution(
                kernel, call.tensorOrNull(2), new ConvolutionGeometry(ones(rank), new long[rank], dilation, groups)));
    }

    /** Puts stride - 1 zeros between neighbours on every spatial axis. */
    private static Tensor spread(Call call, Tensor x, long[] stride) {
        for (int i = 0; i < stride.length; i++) {
            if (stride[i] == 1) {
                continue;
            }
            long[] shape = x.shape().dimensions();
            int axis = i + 2;
            long[] split = new long[shape.length + 1];
            System.arraycopy(shape, 0, split, 0, axis + 1);
            split[axis + 1] = 1;
            System.arraycopy(shape, axis + 1, split, axis + 2, shape.length - axis - 1);
            long[] after = new long[split.length];
            after[axis + 1] = stride[i] - 1;
            Tensor wide = x.reshape(split).pad(new long[split.length], after, 0);
            long[] joined = shape.clone();
            joined[axis] = shape[axis] * stride[i];
            x = wide.reshape(joined).slice(axis, 0, joined[axis] - stride[i] + 1, 1);
        }
        return x;
    }

    private static Tensor padOrCrop(Tensor x, long[] before, long[] after) {
        long[] low = Arrays.stream(before).map(v -> Math.max(0, v)).toArray();
        long[] high = Arrays.stream(after).map(v -> Math.max(0, v)).toArray();
        if (Arrays.stream(low).sum() + Arrays.stream(high).sum() > 0) {
            x = x.pad(low, high, 0);
        }
        for (int axis = 0; axis < before.length; axis++) {
            long from = Math.max(0, -before[axis]);
            long cut = Math.max(0, -after[axis]);
            if (from + cut > 0) {
                x = x.slice(axis, from, x.shape().get(axis) - cut, 1);
            }
        }
        return x;
    }

    static long[] ones(int rank) {
        long[] ones = new long[rank];
        Arrays.fill(ones, 1);
        return ones;
    }
}
