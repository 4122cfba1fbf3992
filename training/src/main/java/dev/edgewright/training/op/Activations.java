package dev.edgewright.training.op;

import dev.edgewright.training.tensor.Shape;
import dev.edgewright.training.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Activations, and the softmax family. */
final class Activations {

    private Activations() {}

    static void register(Map<String, Operator> table) {
        Arithmetic.unary(table, "Relu", Tensor::relu);
        Arithmetic.unary(table, "Sigmoid", Tensor::sigmoid);
        Arithmetic.unary(table, "Tanh", Tensor::tanh);
        Arithmetic.unary(table, "Softplus", Tensor::softplus);
        Arithmetic.unary(table, "HardSwish", x -> x.mul(hardSigmoid(x, 1 / 6.0, 0.5)));
        Arithmetic.unary(table, "Mish", x -> x.mul(x.softplus().tanh()));
        table.put("LeakyRelu", call -> Call.one(call.tensor(0).leakyRelu(call.attribute("alpha", 0.01f))));
        table.put("Elu", call -> Call.one(call.tensor(0).elu(call.attribute("alpha", 1f))));
        table.put(
                "HardSigmoid",
                call -> Call.one(
                        hardSigmoid(call.tensor(0), call.attribute("alpha", 0.2f), call.attribute("beta", 0.5f))));
        table.put("PRelu", Activations::prelu);
        table.put("Clip", Activations::clip);
        table.put("Gelu", Activations::gelu);
        table.put("Softmax", call -> softmax(call, false));
        table.put("LogSoftmax", call -> softmax(call, true));
    }

    private static Tensor hardSigmoid(Tensor x, double alpha, double beta) {
        return x.mul(alpha).add(beta).clip(0, 1);
    }

    /** The engine has none: the positive part, and the slope times the negative part. */
    private static List<Value> prelu(Call call) {
        Tensor x = call.tensor(0);
        Tensor negative = x.neg().relu().neg();
        return Call.one(x.relu().add(negative.mul(call.tensor(1))));
    }

    private static List<Value> clip(Call call) {
        double low = call.has(1) ? call.scalar(1) : call.attribute("min", -Float.MAX_VALUE);
        double high = call.has(2) ? call.scalar(2) : call.attribute("max", Float.MAX_VALUE);
        return Call.one(call.tensor(0).clip(low, high));
    }

    private static List<Value> gelu(Call call) {
        Tensor x = call.tensor(0);
        if (call.attribute("approximate", "none").equals("tanh")) {
            Tensor inner = x.add(x.mul(x).mul(x).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
            return Call.one(x.mul(0.5).mul(inner.tanh().add(1)));
        }
        return Call.one(x.mul(0.5).mul(x.mul(Math.sqrt(0.5)).erf().add(1)));
    }

    private static List<Value> softmax(Call call, boolean log) {
        Tensor x = call.tensor(0);
        if (call.opset() >= 13) {
            int axis = x.shape().axis((int) call.attribute("axis", -1L));
            return Call.one(log ? x.logSoftmax(axis) : x.softmax(axis));
        }
        // Before operator set 13 the axes from this one on were taken as one.
        Shape shape = x.shape();
        int axis = shape.axis((int) call.attribute("axis", 1L));
        long rows = Arrays.stream(shape.dimensions()).limit(axis).reduce(1, Math::multiplyExact);
        Tensor flat = x.reshape(rows, shape.elements() / rows);
        return Call.one((log ? flat.logSoftmax(1) : flat.softmax(1)).reshape(shape.dimensions()));
    }
}
