package dev.edgewright.training.qat;

import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import dev.edgewright.training.trainer.WeightRule;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps learning scales near where calibration put them. A channel whose weights have all but vanished has a tiny scale, which one step
 * could turn negative; and a scale that shrinks too far lets the int32 codes of its bias overflow.
 */
final class ScaleBounds implements WeightRule {

    private static final double HIGHEST = 4;

    private final Map<String, float[]> low = new LinkedHashMap<>();
    private final Map<String, float[]> high = new LinkedHashMap<>();

    /**
     * @param scales as calibrated
     * @param lowest how far each may shrink, as a share of itself, 0..1
     */
    void bound(String name, float[] scales, float[] lowest) {
        float[] from = new float[scales.length];
        float[] to = new float[scales.length];
        for (int i = 0; i < scales.length; i++) {
            from[i] = scales[i] * lowest[i];
            to[i] = (float) (scales[i] * HIGHEST);
        }
        low.put(name, from);
        high.put(name, to);
    }

    @Override
    public void apply(TensorBackend backend, Map<String, Tensor> weights, long step, long total) {
        low.forEach((name, from) -> {
            Tensor scale = weights.get(name);
            if (scale == null) {
                return; // frozen
            }
            float[] values = scale.toFloats();
            boolean changed = false;
            for (int i = 0; i < values.length; i++) {
                float bounded = Math.min(high.get(name)[i], Math.max(from[i], values[i]));
                changed |= bounded != values[i];
                values[i] = bounded;
            }
            if (changed) {
                scale.assign(values);
            }
        });
    }
}
