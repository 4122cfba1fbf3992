package dev.edgewright.training.tensor;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Arrays;

/** A libtorch tensor. Results belong to the manager of the first operand, so the backend borrows long-lived tensors into a scope. */
final class PyTorchTensor extends PyTorchElementwise {

    PyTorchTensor(PtNDArray array) {
        super(array);
    }

    static PtNDArray raw(Tensor tensor) {
        return ((PyTorchTensor) tensor).array;
    }

    static Tensor wrap(ai.djl.ndarray.NDArray array) {
        return new PyTorchTensor((PtNDArray) array);
    }

    static ai.djl.ndarray.types.Shape djl(long... dimensions) {
        return new ai.djl.ndarray.types.Shape(dimensions);
    }

    @Override
    public Shape shape() {
        return new Shape(array.getShape().getShape());
    }

    @Override
    public Type type() {
        DataType type = array.getDataType();
        return switch (type) {
            case FLOAT32 -> Type.FLOAT;
            case INT64 -> Type.INT64;
            case BOOLEAN -> Type.BOOL;
            default -> throw new IllegalStateException("tensor type " + type + " is not used here");
        };
    }

    @Override
    public float[] toFloats() {
        return type() == Type.FLOAT
                ? array.toFloatArray()
                : array.toType(DataType.FLOAT32, false).toFloatArray();
    }

    @Override
    public long[] toLongs() {
        return type() == Type.INT64
                ? array.toLongArray()
                : array.toType(DataType.INT64, false).toLongArray();
    }

    @Override
    public Tensor sum(boolean keepDimensions, int... axes) {
        return wrap(JniUtils.sum(array, Arrays.stream(axes).asLongStream().toArray(), keepDimensions));
    }

    @Override
    public Tensor mean(boolean keepDimensions, int... axes) {
        long count = 1;
        for (int axis : axes) {
            count *= shape().get(axis);
        }
        return sum(keepDimensions, axes).mul(1.0 / count);
    }

    @Override
    public Tensor max(boolean keepDimensions, int... axes) {
        return alongEach(keepDimensions, axes, (a, axis) -> JniUtils.max(a, axis, true));
    }

    @Override
    public Tensor min(boolean keepDimensions, int... axes) {
        return alongEach(keepDimensions, axes, (a, axis) -> JniUtils.min(a, axis, true));
    }

    @Override
    public Tensor prod(boolean keepDimensions, int... axes) {
        return alongEach(keepDimensions, axes, (a, axis) -> JniUtils.prod(a, axis, true));
    }

    private interface AlongAxis {
        PtNDArray apply(PtNDArray array, long axis);
    }

    /** libtorch reduces these over one axis at a time only. */
    private Tensor alongEach(boolean keepDimensions, int[] axes, AlongAxis reduction) {
        Shape shape = shape();
        PtNDArray result = array;
        boolean[] reduced = new boolean[shape.rank()];
        for (int axis : axes) {
            reduced[shape.axis(axis)] = true;
            result = reduction.apply(result, shape.axis(axis));
        }
        if (keepDimensions) {
            return wrap(result);
        }
        long[] kept = java.util.stream.IntStream.range(0, shape.rank())
                .filter(axis -> !reduced[axis])
                .mapToLong(shape::get)
                .toArray();
        return wrap(JniUtils.reshape(result, kept));
    }

    @Override
    public Tensor softmax(int axis) {
        return wrap(JniUtils.softmax(array, axis, DataType.FLOAT32));
    }

    @Override
    public Tensor logSoftmax(int axis) {
        return wrap(JniUtils.logSoftmax(array, axis, DataType.FLOAT32));
    }

    @Override
    public Tensor argMax(int axis) {
        return wrap(JniUtils.argMax(array, axis, false));
    }

    @Override
    public Tensor reshape(long... shape) {
        return wrap(JniUtils.reshape(array, shape));
    }

    @Override
    public Tensor transpose(int... order) {
        return wrap(JniUtils.permute(array, Arrays.stream(order).asLongStream().toArray()));
    }

    @Override
    public Tensor broadcast(long... shape) {
        return wrap(JniUtils.broadcast(array, djl(shape)));
    }

    @Override
    public Tensor slice(int axis, long start, long end, long step) {
        return wrap(JniUtils.slice(array, shape().axis(axis), start, end, step));
    }

    @Override
    public Tensor flip(int... axes) {
        return wrap(JniUtils.flip(array, Arrays.stream(axes).asLongStream().toArray()));
    }

    @Override
    public Tensor pad(long[] before, long[] after, double value) {
        long[] pairs = new long[before.length * 2];
        for (int axis = 0; axis < before.length; axis++) {
            int place = 2 * (before.length - 1 - axis); // libtorch counts from the last axis
            pairs[place] = before[axis];
            pairs[place + 1] = after[axis];
        }
        return wrap(JniUtils.pad(array, pairs, value));
    }

    @Override
    public Tensor tile(long... repeats) {
        return wrap(JniUtils.tile(array, repeats));
    }

    @Override
    public Tensor gather(Tensor indices, int axis) {
        return PyTorchLayers.gather(this, (PyTorchTensor) indices, axis);
    }

    @Override
    public Tensor cast(Type type) {
        DataType target = switch (type) {
            case FLOAT -> DataType.FLOAT32;
            case INT64 -> DataType.INT64;
            case BOOL -> DataType.BOOLEAN;
        };
        return wrap(array.toType(target, false));
    }

    @Override
    public Tensor detach() {
        return wrap(JniUtils.detachGradient(array));
    }

    @Override
    public Tensor matMul(Tensor other) {
        return wrap(JniUtils.matmul(array, raw(other)));
    }

    @Override
    public Tensor convolution(Tensor weight, Tensor bias, ConvolutionGeometry geometry) {
        return PyTorchLayers.convolution(this, weight, bias, geometry);
    }

    @Override
    public Tensor maxPool(long[] kernel, long[] stride, long[] padding, boolean ceil) {
        return wrap(JniUtils.maxPool(array, djl(kernel), djl(stride), djl(padding), ceil));
    }

    @Override
    public Tensor averagePool(long[] kernel, long[] stride, boolean ceil) {
        return wrap(JniUtils.avgPool(array, djl(kernel), djl(stride), djl(new long[kernel.length]), ceil, false));
    }

    @Override
    public Tensor batchNorm(
            Tensor scale,
            Tensor bias,
            Tensor runningMean,
            Tensor runningVariance,
            boolean training,
            double momentum,
            double epsilon) {
        // DJL's order is running mean, running variance, gamma, beta.
        return wrap(JniUtils.batchNorm(
                array, raw(runningMean), raw(runningVariance), raw(scale), raw(bias), training, momentum, epsilon));
    }

    @Override
    public Tensor layerNorm(Tensor scale, Tensor bias, double epsilon) {
        Tensor shift = bias == null ? scale.mul(0).detach() : bias;
        return wrap(JniUtils.layerNorm(array, djl(scale.shape().dimensions()), raw(scale), raw(shift), epsilon));
    }

    @Override
    public Tensor dropout(double ratio) {
        return wrap(JniUtils.dropout(array, ratio, true));
    }

    @Override
    public Tensor resize(long height, long width, boolean bilinear) {
        int mode = bilinear ? 2 : 0; // DJL's numbering: nearest, linear, bilinear
        return wrap(JniUtils.interpolate(array, new long[] {height, width}, mode, false));
    }

    @Override
    public void addInPlace(Tensor other, double factor) {
        if (factor == 1) {
            JniUtils.addi(array, raw(other));
        } else {
            try (PtNDArray scaled = raw(other.mul(factor))) {
                JniUtils.addi(array, scaled);
            }
        }
    }

    @Override
    public void mulInPlace(double factor) {
        array.muli((float) factor);
    }

    @Override
    public void assign(float[] values) {
        array.set(java.nio.FloatBuffer.wrap(values));
    }

    @Override
    public void free() {
        array.close();
    }

    @Override
    public String toString() {
        return type() + " " + shape();
    }
}
