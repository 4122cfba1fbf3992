package dev.edgewright.training.tensor;

import static dev.edgewright.training.tensor.PyTorchTensor.djl;
import static dev.edgewright.training.tensor.PyTorchTensor.raw;
import static dev.edgewright.training.tensor.PyTorchTensor.wrap;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Arrays;

/** What libtorch does not give as it is needed: a convolution whose gradient is right, a gather of any rank. */
final class PyTorchLayers {

    /** Channels that oneDNN's convolution gradient handles in one block. */
    private static final int BLOCK = 16;

    private PyTorchLayers() {}

    /**
     * The gradient by the input of a dense convolution with stride 1 comes out wrong, without any error, on some processors when the
     * output channels are no multiple of 16 (oneDNN 3.7). Filters of zeros fill them up, and their outputs are cut off again.
     */
    static Tensor convolution(PyTorchTensor x, Tensor weight, Tensor bias, ConvolutionGeometry geometry) {
        long[] kernel = weight.shape().dimensions();
        boolean pointwise = Arrays.stream(kernel).skip(2).allMatch(k -> k == 1);
        long outputs = kernel[0];
        long missing = (BLOCK - outputs % BLOCK) % BLOCK;
        if (missing == 0 || pointwise || geometry.groups() != 1 || !geometry.unitStride()) {
            return asIs(x, weight, bias, geometry);
        }
        long[] none = new long[kernel.length];
        long[] more = new long[kernel.length];
        more[0] = missing;
        Tensor filled = weight.pad(none, more, 0);
        Tensor filledBias = bias == null ? null : bias.pad(new long[1], new long[] {missing}, 0);
        return asIs(x, filled, filledBias, geometry).slice(1, 0, outputs, 1);
    }

    private static PyTorchTensor asIs(PyTorchTensor x, Tensor weight, Tensor bias, ConvolutionGeometry geometry) {
        return new PyTorchTensor(JniUtils.convolution(
                x.array,
                raw(weight),
                bias == null ? null : raw(bias),
                djl(geometry.stride()),
                djl(geometry.padding()),
                djl(geometry.dilation()),
                geometry.groups()));
    }

    /** Brings the axis to the front, looks rows up as an embedding (which has a gradient), and puts the axes back. */
    static Tensor gather(PyTorchTensor x, PyTorchTensor indices, int axis) {
        Shape data = x.shape();
        int along = data.axis(axis);
        int rank = data.rank();
        Shape index = indices.shape();
        int[] toFront = new int[rank];
        toFront[0] = along;
        for (int i = 0, k = 1; i < rank; i++) {
            if (i != along) {
                toFront[k++] = i;
            }
        }
        Tensor front = along == 0 ? x : x.transpose(toFront);
        long rows = data.get(along);
        long width = rows == 0 ? 0 : data.elements() / rows;
        Tensor wrapped = raw(indices).getShape().size() == 0
                ? indices
                : indices.lt(wrap(JniUtils.zerosLike(
                                raw(indices),
                                DataType.INT64,
                                x.array.getDevice(),
                                ai.djl.ndarray.types.SparseFormat.DENSE)))
                        .cast(Tensor.Type.INT64)
                        .mul((double) rows)
                        .cast(Tensor.Type.INT64)
                        .add(indices);
        Tensor picked = wrap(
                JniUtils.embedding(raw(wrapped.reshape(index.elements())), raw(front.reshape(rows, width)), false));
        long[] shape = new long[index.rank() + rank - 1];
        System.arraycopy(index.dimensions(), 0, shape, 0, index.rank());
        for (int i = 1; i < rank; i++) {
            shape[index.rank() + i - 1] = data.get(toFront[i]);
        }
        Tensor result = picked.reshape(shape);
        if (along == 0) {
            return result;
        }
        int[] back = new int[shape.length];
        for (int i = 0; i < along; i++) {
            back[i] = index.rank() + i;
        }
        for (int i = 0; i < index.rank(); i++) {
            back[along + i] = i;
        }
        for (int i = along + index.rank(); i < shape.length; i++) {
            back[i] = i;
        }
        return result.transpose(back);
    }
}
