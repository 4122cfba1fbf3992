package dev.edgewright.training.optimizer;

import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import java.util.LinkedHashMap;
import java.util.Map;

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv 1711.05101). */
public final class AdamW implements Optimizer {

    private static final String STEPS = "adamw/steps";

    private final double beta1;
    private final double beta2;
    private final double epsilon;
    private final double decay;
    private final Map<String, Tensor> first = new LinkedHashMap<>();
    private final Map<String, Tensor> second = new LinkedHashMap<>();
    private long steps;

    public AdamW(double beta1, double beta2, double epsilon, double decay) {
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.epsilon = epsilon;
        this.decay = decay;
    }

    public static AdamW withDecay(double decay) {
        return new AdamW(0.9, 0.999, 1e-8, decay);
    }

    @Override
    public void beginStep() {
        steps++;
    }

    @Override
    public void step(TensorBackend backend, String name, Tensor weight, Tensor gradient, double rate, boolean decays) {
        Tensor m = first.get(name);
        Tensor v = second.get(name);
        m.mulInPlace(beta1);
        m.addInPlace(gradient, 1 - beta1);
        v.mulInPlace(beta2);
        v.addInPlace(gradient.mul(gradient), 1 - beta2);
        double correction1 = 1 - Math.pow(beta1, steps);
        double correction2 = 1 - Math.pow(beta2, steps);
        if (decays && decay != 0) {
            weight.mulInPlace(1 - rate * decay);
        }
        // The gradient comes first, so that what this step computes belongs to the step's scope.
        Tensor root = gradient.mul(0).add(v).mul(1 / correction2).sqrt().add(epsilon);
        weight.addInPlace(gradient.mul(0).add(m).div(root), -rate / correction1);
    }

    @Override
    public Map<String, float[]> snapshot() {
        Map<String, float[]> memory = new LinkedHashMap<>();
        first.forEach((name, tensor) -> memory.put("first/" + name, tensor.toFloats()));
        second.forEach((name, tensor) -> memory.put("second/" + name, tensor.toFloats()));
        memory.put(STEPS, new float[] {steps});
        return memory;
    }

    @Override
    public void restore(TensorBackend backend, Map<String, Tensor> weights, Map<String, float[]> memory) {
        weights.forEach((name, weight) -> {
            long[] shape = weight.shape().dimensions();
            float[] m = memory.get("first/" + name);
            float[] v = memory.get("second/" + name);
            first.put(name, m == null ? backend.full(0, shape) : backend.floats(m, shape));
            second.put(name, v == null ? backend.full(0, shape) : backend.floats(v, shape));
        });
        steps = memory.containsKey(STEPS) ? (long) memory.get(STEPS)[0] : 0;
    }
}
