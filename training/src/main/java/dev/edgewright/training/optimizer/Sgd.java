package dev.edgewright.training.optimizer;

import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import java.util.LinkedHashMap;
import java.util.Map;

/** Stochastic gradient descent with momentum and L2 weight decay, as PyTorch defines it: v = m·v + g + wd·w; w = w - lr·v. */
public final class Sgd implements Optimizer {

    private final double momentum;
    private final double decay;
    private final Map<String, Tensor> velocities = new LinkedHashMap<>();

    public Sgd(double momentum, double decay) {
        this.momentum = momentum;
        this.decay = decay;
    }

    @Override
    public void step(TensorBackend backend, String name, Tensor weight, Tensor gradient, double rate, boolean decays) {
        backend.sgdStep(weight, gradient, velocities.get(name), rate, momentum, decays ? decay : 0);
    }

    @Override
    public Map<String, float[]> snapshot() {
        Map<String, float[]> memory = new LinkedHashMap<>();
        velocities.forEach((name, tensor) -> memory.put("velocity/" + name, tensor.toFloats()));
        return memory;
    }

    @Override
    public void restore(TensorBackend backend, Map<String, Tensor> weights, Map<String, float[]> memory) {
        weights.forEach((name, weight) -> {
            float[] values = memory.get("velocity/" + name);
            long[] shape = weight.shape().dimensions();
            velocities.put(name, values == null ? backend.full(0, shape) : backend.floats(values, shape));
        });
    }
}
