package dev.edgewright.training.qat;

import dev.edgewright.training.op.Call;
import dev.edgewright.training.op.OperatorTable;
import dev.edgewright.training.op.Value;
import dev.edgewright.training.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Rounding that lets gradients through, with scales that learn (LSQ, Esser et al. 2020, arXiv 1902.08153). Clipping stays outside of
 * the straight-through part, so that saturated values give no gradient to the input and theirs to the scale.
 */
final class FakeQuantization {

    static final String DOMAIN = "edgewright";
    /** Activation: x, scale (one number), zero point; attributes low, high. */
    static final String ACTIVATION = "FakeQuantizeActivation";
    /** Weight: w, scale (one number or one a channel); attributes axis, limit. */
    static final String WEIGHT = "FakeQuantizeWeight";
    /** Bias: b, scale of the input, scale of the weight. */
    static final String BIAS = "FakeQuantizeBias";

    private FakeQuantization() {}

    static OperatorTable operators() {
        return OperatorTable.standard()
                .with(DOMAIN + ":" + ACTIVATION, FakeQuantization::activation)
                .with(DOMAIN + ":" + WEIGHT, FakeQuantization::weight)
                .with(DOMAIN + ":" + BIAS, FakeQuantization::bias);
    }

    private static List<Value> activation(Call call) {
        Tensor x = call.tensor(0);
        long zero = call.longs(2)[0];
        long low = call.attribute("low", 0L) - zero;
        long high = call.attribute("high", 255L) - zero;
        long perSample = x.shape().elements() / Math.max(1, x.shape().get(0));
        Tensor scale = slowed(call.tensor(1), 1 / Math.sqrt((double) perSample * Math.max(1, high)));
        return Call.one(quantized(x, scale, low, high));
    }

    private static List<Value> weight(Call call) {
        Tensor w = call.tensor(0);
        Tensor scale = call.tensor(1);
        long limit = call.attribute("limit", 127L);
        long each = w.shape().elements() / Math.max(1, scale.shape().elements());
        Tensor slow = slowed(scale, 1 / Math.sqrt((double) each * limit));
        if (scale.shape().elements() > 1) {
            long[] alongAxis = new long[w.shape().rank()];
            Arrays.fill(alongAxis, 1);
            alongAxis[(int) call.attribute("axis", 0L)] = scale.shape().elements();
            slow = slow.reshape(alongAxis);
        }
        return Call.one(quantized(w, slow, -limit, limit));
    }

    private static List<Value> bias(Call call) {
        Tensor b = call.tensor(0);
        Tensor step = call.tensor(2).mul(call.tensor(1)).detach();
        Tensor codes = b.div(step);
        return Call.one(throughRounding(codes).mul(step));
    }

    private static Tensor quantized(Tensor x, Tensor scale, double low, double high) {
        return throughRounding(x.div(scale).clip(low, high)).mul(scale);
    }

    /** Rounded values, the gradient of the values before. */
    private static Tensor throughRounding(Tensor x) {
        return x.add(x.round().sub(x).detach());
    }

    /** The same values with a smaller gradient: a scale sums up the gradients of all it scales. */
    private static Tensor slowed(Tensor scale, double factor) {
        Tensor slow = scale.mul(factor);
        return slow.add(scale.sub(slow).detach());
    }
}
