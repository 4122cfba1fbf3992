package dev.edgewright.training.tensor;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/**
 * libtorch on the CPU, through DJL. The native libraries are unpacked once into {@code ~/.djl.ai} (or {@code DJL_CACHE_DIR}) from
 * the jar on the class path; no network is used.
 */
public final class PyTorchBackend implements TensorBackend {

    private final NDManager root;
    private final Deque<NDManager> scopes = new ArrayDeque<>();
    private final PtNDArray one;

    public PyTorchBackend() {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        root = Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
        scopes.push(root);
        one = (PtNDArray) root.full(new ai.djl.ndarray.types.Shape(), 1f);
        JniUtils.setGradMode(false);
    }

    @Override
    public String describe() {
        return "libtorch " + Engine.getEngine("PyTorch").getVersion() + " through DJL, " + JniUtils.getNumThreads()
                + " threads";
    }

    private NDManager current() {
        return scopes.peek();
    }

    @Override
    public Scope scope() {
        NDManager manager = current().newSubManager();
        scopes.push(manager);
        return new Scope() {
            @Override
            public void borrow(Tensor tensor) {
                ((PyTorchTensor) tensor).array.tempAttach(manager);
            }

            @Override
            public void close() {
                if (scopes.peek() != manager) {
                    throw new IllegalStateException("scopes close in the order opposite to their opening");
                }
                scopes.pop();
                manager.close();
            }
        };
    }

    @Override
    public Tensor floats(float[] values, long... shape) {
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.nativeOrder());
        buffer.asFloatBuffer().put(values);
        return new PyTorchTensor(owned((PtNDArray) current()
                .create(buffer, new ai.djl.ndarray.types.Shape(shape), ai.djl.ndarray.types.DataType.FLOAT32)));
    }

    /** A copy in libtorch's own memory: what DJL makes of a Java array ends with its Java buffer, which autograd does not keep alive. */
    private static PtNDArray owned(PtNDArray borrowed) {
        try (borrowed) {
            return (PtNDArray) borrowed.duplicate();
        }
    }

    @Override
    public Tensor longs(long[] values, long... shape) {
        return new PyTorchTensor(owned((PtNDArray) current().create(values, new ai.djl.ndarray.types.Shape(shape))));
    }

    @Override
    public Tensor booleans(boolean[] values, long... shape) {
        return new PyTorchTensor(owned((PtNDArray) current().create(values, new ai.djl.ndarray.types.Shape(shape))));
    }

    @Override
    public Tensor full(double value, long... shape) {
        return new PyTorchTensor((PtNDArray) current().full(new ai.djl.ndarray.types.Shape(shape), (float) value));
    }

    @Override
    public Tensor concat(List<Tensor> parts, int axis) {
        PtNDArray[] arrays =
                parts.stream().map(part -> ((PyTorchTensor) part).array).toArray(PtNDArray[]::new);
        return new PyTorchTensor(JniUtils.cat(arrays, parts.get(0).shape().axis(axis)));
    }

    @Override
    public <T> T withGradients(Supplier<T> work) {
        JniUtils.setGradMode(true);
        try {
            return work.get();
        } finally {
            JniUtils.setGradMode(false);
        }
    }

    @Override
    public void trackGradient(Tensor leaf, boolean tracked) {
        JniUtils.attachGradient(((PyTorchTensor) leaf).array, tracked);
    }

    @Override
    public void backward(Tensor scalar) {
        PtNDArray array = ((PyTorchTensor) scalar).array;
        if (array.getShape().dimension() == 0) {
            JniUtils.backward(array, one, false, false);
        } else {
            JniUtils.backward(JniUtils.reshape(array, new long[0]), one, false, false);
        }
    }

    @Override
    public Tensor gradient(Tensor leaf) {
        PtNDArray array = ((PyTorchTensor) leaf).array;
        PtNDArray gradient = JniUtils.getGradient(array);
        return gradient == null ? null : new PyTorchTensor(gradient);
    }

    @Override
    public void clearGradient(Tensor leaf) {
        PtNDArray array = ((PyTorchTensor) leaf).array;
        if (array.hasGradient()) {
            JniUtils.zeroGrad(array);
        }
    }

    @Override
    public void sgdStep(Tensor weight, Tensor gradient, Tensor velocity, double rate, double momentum, double decay) {
        PtNDArray w = ((PyTorchTensor) weight).array;
        PtNDArray v = ((PyTorchTensor) velocity).array;
        PtNDArray g = ((PyTorchTensor) gradient).array;
        v.muli((float) momentum);
        JniUtils.addi(v, g);
        if (decay != 0) {
            velocity.addInPlace(weight, decay);
        }
        weight.addInPlace(velocity, -rate);
    }

    @Override
    public void seed(long seed) {
        JniUtils.setSeed(seed);
    }

    @Override
    public void threads(int count) {
        JniUtils.setNumThreads(count);
    }

    @Override
    public void close() {
        while (scopes.size() > 1) {
            scopes.pop().close();
        }
        one.close();
        root.close();
    }
}
