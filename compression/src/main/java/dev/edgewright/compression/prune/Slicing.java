package dev.edgewright.compression.prune;

import dev.edgewright.compression.graph.Tensor;

/** Cuts tensors. */
public final class Slicing {

    private Slicing() {}

    /**
     * The tensor with only these positions of one axis, in this order, under the same name.
     *
     * @param keep positions on the axis
     * @throws IllegalArgumentException for element types below one byte
     */
    public static Tensor keep(Tensor tensor, int axis, int[] keep) {
        int width = tensor.type().bits() / 8;
        if (width == 0) {
            throw new IllegalArgumentException("tensor " + tensor.name() + " of " + tensor.type() + " cannot be cut");
        }
        long[] sizes = tensor.sizes();
        int outer = 1;
        for (int i = 0; i < axis; i++) {
            outer *= (int) sizes[i];
        }
        int run = width;
        for (int i = axis + 1; i < sizes.length; i++) {
            run *= (int) sizes[i];
        }
        int stride = Math.multiplyExact(run, (int) sizes[axis]);
        byte[] cut = new byte[outer * keep.length * run];
        java.nio.ByteBuffer data = tensor.data();
        for (int o = 0; o < outer; o++) {
            for (int k = 0; k < keep.length; k++) {
                data.get(data.position() + o * stride + keep[k] * run, cut, (o * keep.length + k) * run, run);
            }
        }
        sizes[axis] = keep.length;
        return Tensor.ofRaw(tensor.name(), tensor.type(), sizes, cut);
    }
}
