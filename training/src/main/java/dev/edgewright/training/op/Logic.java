package dev.edgewright.training.op;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.training.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;

/** Comparisons, choices and casts. */
final class Logic {

    private Logic() {}

    static void register(Map<String, Operator> table) {
        binary(table, "Equal", Tensor::eq);
        binary(table, "Greater", Tensor::gt);
        binary(table, "GreaterOrEqual", Tensor::gte);
        binary(table, "Less", Tensor::lt);
        binary(table, "LessOrEqual", Tensor::lte);
        binary(table, "And", Tensor::and);
        binary(table, "Or", Tensor::or);
        table.put("Not", call -> Call.one(call.tensor(0).not()));
        table.put("Where", Logic::where);
        table.put("Cast", Logic::cast);
    }

    private static void binary(Map<String, Operator> table, String op, BinaryOperator<Tensor> work) {
        table.put(
                op,
                call -> call.allHost()
                        ? List.of(HostArithmetic.binary(op, call.host(0), call.host(1)))
                        : Call.one(work.apply(call.tensor(0), call.tensor(1))));
    }

    private static List<Value> where(Call call) {
        if (call.allHost()) {
            Value.Host condition = call.host(0);
            var shape = HostArithmetic.broadcast(
                    condition.shape(),
                    HostArithmetic.broadcast(
                            call.value(1).shape(), call.value(2).shape()));
            double[] choice = HostArithmetic.expand(condition, shape).data();
            double[] yes = HostArithmetic.expand(call.host(1), shape).data();
            double[] no = HostArithmetic.expand(call.host(2), shape).data();
            double[] data = new double[choice.length];
            for (int i = 0; i < data.length; i++) {
                data[i] = choice[i] != 0 ? yes[i] : no[i];
            }
            return List.of(new Value.Host(call.host(1).type(), data, shape));
        }
        return Call.one(call.tensor(0).where(call.tensor(1), call.tensor(2)));
    }

    private static List<Value> cast(Call call) {
        ElementType to = ElementType.of((int) call.attribute("to", 1L));
        Tensor.Type type = Constants.isFloat(to)
                ? Tensor.Type.FLOAT
                : to == ElementType.BOOL ? Tensor.Type.BOOL : Tensor.Type.INT64;
        if (call.value(0) instanceof Value.Host host) {
            double[] data = host.data().clone();
            for (int i = 0; i < data.length; i++) {
                data[i] = switch (type) {
                    case FLOAT -> (float) data[i];
                    case INT64 -> (long) data[i];
                    case BOOL -> data[i] != 0 ? 1 : 0;
                };
            }
            return List.of(new Value.Host(type, data, host.shape()));
        }
        Tensor x = call.tensor(0);
        return Call.one(x.type() == type ? x : x.cast(type));
    }
}
