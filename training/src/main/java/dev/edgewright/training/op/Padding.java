package dev.edgewright.training.op;

import dev.edgewright.training.tensor.Shape;
import dev.edgewright.training.tensor.Tensor;
import java.util.Arrays;

/** The padding of a convolution or pooling, from {@code pads} or {@code auto_pad}; one entry a spatial axis. */
record Padding(long[] before, long[] after) {

    static Padding of(Call call, Shape input, long[] kernel, long[] stride, long[] dilation) {
        int rank = kernel.length;
        String auto = call.attribute("auto_pad", "NOTSET");
        long[] before = new long[rank];
        long[] after = new long[rank];
        if (auto.startsWith("SAME")) {
            for (int i = 0; i < rank; i++) {
                long size = input.get(i + 2);
                long outputs = (size + stride[i] - 1) / stride[i];
                long total = Math.max(0, (outputs - 1) * stride[i] + dilation[i] * (kernel[i] - 1) + 1 - size);
                before[i] = auto.equals("SAME_LOWER") ? total - total / 2 : total / 2;
                after[i] = total - before[i];
            }
        } else if (!auto.equals("VALID")) {
            long[] pads = call.node().intsAttribute("pads", new long[2 * rank]);
            before = Arrays.copyOf(pads, rank);
            after = Arrays.copyOfRange(pads, rank, 2 * rank);
        }
        return new Padding(before, after);
    }

    boolean isEven() {
        return Arrays.equals(before, after);
    }

    /** What the engine is asked to pad itself: nothing when {@link #applyUneven} did it. */
    long[] even() {
        return isEven() ? before : new long[before.length];
    }

    /** Pads the input itself when the two sides differ, which the engine cannot. */
    Tensor applyUneven(Tensor x, double value) {
        return isEven() ? x : apply(x, value);
    }

    /** Pads the input itself. */
    Tensor apply(Tensor x, double value) {
        long[] low = new long[before.length + 2];
        long[] high = new long[before.length + 2];
        System.arraycopy(before, 0, low, 2, before.length);
        System.arraycopy(after, 0, high, 2, after.length);
        return x.pad(low, high, value);
    }
}
