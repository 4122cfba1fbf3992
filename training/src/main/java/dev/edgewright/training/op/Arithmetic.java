package dev.edgewright.training.op;

import dev.edgewright.training.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/** Element-wise arithmetic and activations. Numbers of the JVM stay on the JVM. */
final class Arithmetic {

    private Arithmetic() {}

    static void register(Map<String, Operator> table) {
        binary(table, "Add", Tensor::add);
        binary(table, "Sub", Tensor::sub);
        binary(table, "Mul", Tensor::mul);
        binary(table, "Div", Tensor::div);
        binary(table, "Pow", Tensor::pow);
        table.put("Max", call -> fold(call, Tensor::maximum));
        table.put("Min", call -> fold(call, Tensor::minimum));
        table.put("Sum", call -> fold(call, Tensor::add));
        table.put(
                "Mean",
                call -> Call.one(((Value.Dense) fold(call, Tensor::add).get(0))
                        .tensor()
                        .mul(1.0 / call.inputs().size())));
        unary(table, "Neg", Tensor::neg);
        unary(table, "Abs", Tensor::abs);
        unary(table, "Sqrt", Tensor::sqrt);
        unary(table, "Exp", Tensor::exp);
        unary(table, "Log", Tensor::log);
        unary(table, "Sin", Tensor::sin);
        unary(table, "Cos", Tensor::cos);
        unary(table, "Floor", Tensor::floor);
        unary(table, "Ceil", Tensor::ceil);
        unary(table, "Round", Tensor::round);
        unary(table, "Sign", Tensor::sign);
        unary(table, "Reciprocal", x -> x.pow(-1));
        unary(table, "Erf", Tensor::erf);
        unary(table, "Identity", x -> x);
    }

    static void unary(Map<String, Operator> table, String op, UnaryOperator<Tensor> work) {
        table.put(op, call -> {
            if (call.allHost()) {
                if (op.equals("Identity")) {
                    return List.of(call.value(0));
                }
                List<Value> host = HostArithmetic.unary(op, call.host(0));
                if (!host.isEmpty()) {
                    return host;
                }
            }
            return op.equals("Identity") ? List.of(call.value(0)) : Call.one(work.apply(call.tensor(0)));
        });
    }

    private static void binary(Map<String, Operator> table, String op, BinaryOperator<Tensor> work) {
        table.put(op, call -> {
            if (call.allHost()) {
                return List.of(HostArithmetic.binary(op, call.host(0), call.host(1)));
            }
            return Call.one(work.apply(call.tensor(0), call.tensor(1)));
        });
    }

    private static List<Value> fold(Call call, BinaryOperator<Tensor> work) {
        Tensor result = call.tensor(0);
        for (int i = 1; i < call.inputs().size(); i++) {
            result = work.apply(result, call.tensor(i));
        }
        return Call.one(result);
    }
}
