package dev.edgewright.training.op;

import dev.edgewright.training.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Pooling over the spatial axes. */
final class Pooling {

    /** Below every activation; padding of MaxPool must never win. */
    private static final double LOWEST = -Float.MAX_VALUE;

    private Pooling() {}

    static void register(Map<String, Operator> table) {
        table.put("MaxPool", Pooling::max);
        table.put("AveragePool", Pooling::average);
        table.put("GlobalAveragePool", call -> Call.one(call.tensor(0).mean(true, spatial(call.tensor(0)))));
        table.put("GlobalMaxPool", call -> Call.one(call.tensor(0).max(true, spatial(call.tensor(0)))));
    }

    private static int[] spatial(Tensor x) {
        return IntStream.range(2, x.shape().rank()).toArray();
    }

    private static List<Value> max(Call call) {
        Tensor x = call.tensor(0);
        if (call.node().outputs().size() > 1) {
            throw call.unsupported("the index output of MaxPool has no gradient");
        }
        long[] kernel = call.node().intsAttribute("kernel_shape");
        long[] stride = call.node().intsAttribute("strides", Convolutions.ones(kernel.length));
        long[] dilation = call.node().intsAttribute("dilations", Convolutions.ones(kernel.length));
        if (Arrays.stream(dilation).anyMatch(d -> d != 1)) {
            throw call.unsupported("dilated MaxPool is not supported");
        }
        Padding padding = Padding.of(call, x.shape(), kernel, stride, dilation);
        boolean tooWide = IntStream.range(0, kernel.length).anyMatch(i -> padding.before()[i] * 2 > kernel[i]);
        if (tooWide) {
            throw call.unsupported("padding over half of the kernel is not supported");
        }
        return Call.one(padding.applyUneven(x, LOWEST)
                .maxPool(kernel, stride, padding.even(), call.attribute("ceil_mode", 0L) == 1));
    }

    private static List<Value> average(Call call) {
        Tensor x = call.tensor(0);
        long[] kernel = call.node().intsAttribute("kernel_shape");
        long[] stride = call.node().intsAttribute("strides", Convolutions.ones(kernel.length));
        Padding padding = Padding.of(call, x.shape(), kernel, stride, Convolutions.ones(kernel.length));
        boolean countPadding = call.attribute("count_include_pad", 0L) == 1;
        boolean ceil = call.attribute("ceil_mode", 0L) == 1;
        boolean padded = Arrays.stream(padding.before()).sum()
                        + Arrays.stream(padding.after()).sum()
                > 0;
        if (!padded) {
            return Call.one(x.averagePool(kernel, stride, ceil));
        }
        if (ceil) {
            throw call.unsupported("ceil_mode with padding is not supported");
        }
        Tensor sum = padding.apply(x, 0).averagePool(kernel, stride, false);
        if (countPadding) {
            return Call.one(sum);
        }
        long[] mask = x.shape().dimensions();
        mask[0] = 1;
        mask[1] = 1;
        Tensor share = padding.apply(call.backend().full(1, mask), 0).averagePool(kernel, stride, false);
        return Call.one(sum.div(share));
    }
}
