package dev.edgewright.training.tensor;

import java.util.List;

/**
 * A dense tensor that lives in a {@link TensorBackend} and can be differentiated. Every operation returns a new tensor and records
 * what its gradient needs while gradients are on ({@link TensorBackend#withGradients}). Shapes broadcast as in NumPy.
 */
public interface Tensor {

    /** Element types that training needs. Every integer type of a graph is held as {@code INT64}. */
    enum Type {
        FLOAT,
        INT64,
        BOOL
    }

    Shape shape();

    Type type();

    /** A copy of the values in row-major order. Booleans become 0 and 1. */
    float[] toFloats();

    /** A copy of the values of an INT64 or BOOL tensor in row-major order. */
    long[] toLongs();

    /** The only value of a tensor of one element. */
    default float scalar() {
        float[] values = toFloats();
        if (values.length != 1) {
            throw new IllegalStateException("a tensor of shape " + shape() + " is not a scalar");
        }
        return values[0];
    }

    // Element by element.
    Tensor add(Tensor other);

    Tensor sub(Tensor other);

    Tensor mul(Tensor other);

    Tensor div(Tensor other);

    Tensor pow(Tensor exponent);

    Tensor maximum(Tensor other);

    Tensor minimum(Tensor other);

    Tensor add(double value);

    Tensor mul(double value);

    Tensor pow(double exponent);

    /** Limits values to [low, high]; outside, the gradient is zero. */
    Tensor clip(double low, double high);

    Tensor neg();

    Tensor abs();

    Tensor sqrt();

    Tensor exp();

    Tensor log();

    Tensor sin();

    Tensor cos();

    Tensor tanh();

    Tensor sigmoid();

    Tensor erf();

    Tensor relu();

    Tensor softplus();

    Tensor leakyRelu(double slope);

    Tensor elu(double alpha);

    /** Rounds half to even, as ONNX QuantizeLinear does. Gradient zero. */
    Tensor round();

    Tensor floor();

    Tensor ceil();

    Tensor sign();

    // Comparisons give BOOL tensors.
    Tensor eq(Tensor other);

    Tensor gt(Tensor other);

    Tensor gte(Tensor other);

    Tensor lt(Tensor other);

    Tensor lte(Tensor other);

    Tensor and(Tensor other);

    Tensor or(Tensor other);

    Tensor not();

    /** This tensor is the condition. */
    Tensor where(Tensor whenTrue, Tensor whenFalse);

    // Along axes. Negative axes count from the end.
    Tensor sum(boolean keepDimensions, int... axes);

    Tensor mean(boolean keepDimensions, int... axes);

    Tensor max(boolean keepDimensions, int... axes);

    Tensor min(boolean keepDimensions, int... axes);

    Tensor prod(boolean keepDimensions, int... axes);

    Tensor softmax(int axis);

    Tensor logSoftmax(int axis);

    /** Index of the largest value along {@code axis}, which disappears. */
    Tensor argMax(int axis);

    // Shape.
    Tensor reshape(long... shape);

    Tensor transpose(int... order);

    Tensor broadcast(long... shape);

    /** Elements start, start + step, … below {@code end} along one axis; step is positive. */
    Tensor slice(int axis, long start, long end, long step);

    Tensor flip(int... axes);

    /** Constant padding; one {before, after} pair an axis, all ≥ 0. */
    Tensor pad(long[] before, long[] after, double value);

    Tensor tile(long... repeats);

    /** Rows of this tensor along {@code axis}, chosen by an INT64 tensor of any shape (ONNX Gather). */
    Tensor gather(Tensor indices, int axis);

    Tensor cast(Type type);

    /** The same values, cut off from the gradient. */
    Tensor detach();

    // Layers.
    Tensor matMul(Tensor other);

    /**
     * Convolution over 1 or 2 spatial axes.
     *
     * @param weight [out, in / groups, kernel…]
     * @param bias [out], or null
     */
    Tensor convolution(Tensor weight, Tensor bias, ConvolutionGeometry geometry);

    Tensor maxPool(long[] kernel, long[] stride, long[] padding, boolean ceil);

    /** Without padding; the engine counts padded zeros whatever it is told. */
    Tensor averagePool(long[] kernel, long[] stride, boolean ceil);

    /**
     * Batch normalisation over axis 1. In training form normalises by the batch and moves the running statistics in place by
     * {@code momentum} towards the batch's (variance unbiased).
     */
    Tensor batchNorm(
            Tensor scale,
            Tensor bias,
            Tensor runningMean,
            Tensor runningVariance,
            boolean training,
            double momentum,
            double epsilon);

    /** Normalises over the last axes, which {@code scale} spans; {@code bias} may be null. */
    Tensor layerNorm(Tensor scale, Tensor bias, double epsilon);

    Tensor dropout(double ratio);

    /** Nearest neighbour (asymmetric, floor) or bilinear (half-pixel) resize of the two last axes. */
    Tensor resize(long height, long width, boolean bilinear);

    // State, for optimisers: these change the tensor's own memory and record no gradient.
    void addInPlace(Tensor other, double factor);

    void mulInPlace(double factor);

    void assign(float[] values);

    /** Frees the memory now rather than at the end of its scope. Nothing may use the tensor afterwards. */
    void free();

    /** Splits along an axis into pieces of the given lengths. */
    default List<Tensor> split(int axis, long... lengths) {
        Tensor[] pieces = new Tensor[lengths.length];
        long start = 0;
        for (int i = 0; i < lengths.length; i++) {
            pieces[i] = slice(axis, start, start + lengths[i], 1);
            start += lengths[i];
        }
        return List.of(pieces);
    }
}
