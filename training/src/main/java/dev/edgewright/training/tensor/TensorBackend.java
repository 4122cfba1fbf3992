package dev.edgewright.training.tensor;

import java.util.List;
import java.util.function.Supplier;

/**
 * The engine that holds tensors and differentiates. One thread owns a backend. Tensors made inside a {@link Scope} die with it;
 * those made outside live until the backend closes.
 */
public interface TensorBackend extends AutoCloseable {

    /** Tensors made while it is open are freed when it closes. Scopes nest. */
    interface Scope extends AutoCloseable {
        /** Lets results computed from a longer-lived tensor belong to this scope. */
        void borrow(Tensor tensor);

        @Override
        void close();
    }

    /** Engine and version, for reports. */
    String describe();

    Scope scope();

    Tensor floats(float[] values, long... shape);

    Tensor longs(long[] values, long... shape);

    Tensor booleans(boolean[] values, long... shape);

    Tensor full(double value, long... shape);

    Tensor concat(List<Tensor> parts, int axis);

    /** Evaluates with gradients recorded. Off otherwise. */
    <T> T withGradients(Supplier<T> work);

    /** Marks a leaf whose gradient is wanted. */
    void trackGradient(Tensor leaf, boolean tracked);

    /** Differentiates a scalar; gradients add up in the tracked leaves. */
    void backward(Tensor scalar);

    /** The gradient of a tracked leaf, or null when none arrived. Lives until {@link #clearGradient}. */
    Tensor gradient(Tensor leaf);

    void clearGradient(Tensor leaf);

    /** One fused step of SGD with momentum: {@code v = m·v + g + wd·w; w = w - lr·v}. Changes weight and velocity. */
    void sgdStep(Tensor weight, Tensor gradient, Tensor velocity, double rate, double momentum, double decay);

    void seed(long seed);

    void threads(int count);

    @Override
    void close();
}
