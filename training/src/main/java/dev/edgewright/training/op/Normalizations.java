package dev.edgewright.training.op;

import dev.edgewright.training.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Batch, layer and instance normalisation, and dropout. */
final class Normalizations {

    private Normalizations() {}

    static void register(Map<String, Operator> table) {
        table.put("BatchNormalization", Normalizations::batch);
        table.put("LayerNormalization", Normalizations::layer);
        table.put("InstanceNormalization", Normalizations::instance);
        table.put("Dropout", Normalizations::dropout);
    }

    private static List<Value> batch(Call call) {
        // ONNX: running = running · momentum + batch · (1 - momentum); the engine counts the other way round.
        double momentum = 1 - call.attribute("momentum", 0.9f);
        return Call.one(call.tensor(0)
                .batchNorm(
                        call.tensor(1),
                        call.tensor(2),
                        call.tensor(3),
                        call.tensor(4),
                        call.mode() == RunMode.TRAINING,
                        momentum,
                        call.attribute("epsilon", 1e-5f)));
    }

    private static List<Value> layer(Call call) {
        Tensor x = call.tensor(0);
        int axis = x.shape().axis((int) call.attribute("axis", -1L));
        float epsilon = call.attribute("epsilon", 1e-5f);
        if (call.node().outputs().size() > 1) {
            throw call.unsupported("the statistics outputs of LayerNormalization are not supported");
        }
        Tensor scale = call.tensor(1);
        long[] normalized =
                Arrays.copyOfRange(x.shape().dimensions(), axis, x.shape().rank());
        if (Arrays.equals(scale.shape().dimensions(), normalized)) {
            return Call.one(x.layerNorm(scale, call.tensorOrNull(2), epsilon));
        }
        Tensor plain = standardize(x, IntStream.range(axis, x.shape().rank()).toArray(), epsilon);
        Tensor scaled = plain.mul(scale);
        return Call.one(call.has(2) ? scaled.add(call.tensor(2)) : scaled);
    }

    private static List<Value> instance(Call call) {
        Tensor x = call.tensor(0);
        long[] perChannel = new long[x.shape().rank()];
        Arrays.fill(perChannel, 1);
        perChannel[1] = x.shape().get(1);
        Tensor plain = standardize(x, IntStream.range(2, x.shape().rank()).toArray(), call.attribute("epsilon", 1e-5f));
        return Call.one(
                plain.mul(call.tensor(1).reshape(perChannel)).add(call.tensor(2).reshape(perChannel)));
    }

    private static Tensor standardize(Tensor x, int[] axes, double epsilon) {
        Tensor centred = x.sub(x.mean(true, axes));
        Tensor variance = centred.mul(centred).mean(true, axes);
        return centred.div(variance.add(epsilon).sqrt());
    }

    private static List<Value> dropout(Call call) {
        Tensor x = call.tensor(0);
        if (call.mode() == RunMode.INFERENCE) {
            return List.of(call.value(0));
        }
        double ratio = call.has(1) ? call.scalar(1) : call.attribute("ratio", 0.5f);
        return Call.one(ratio == 0 ? x : x.dropout(ratio));
    }
}
