package dev.edgewright.training.op;

import dev.edgewright.training.tensor.Shape;
import dev.edgewright.training.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Sums, means, extremes and norms along axes. */
final class Reductions {

    private interface Reduction {
        Tensor apply(Tensor x, boolean keep, int[] axes);
    }

    private Reductions() {}

    static void register(Map<String, Operator> table) {
        put(table, "ReduceSum", (x, keep, axes) -> x.sum(keep, axes));
        put(table, "ReduceMean", (x, keep, axes) -> x.mean(keep, axes));
        put(table, "ReduceMax", (x, keep, axes) -> x.max(keep, axes));
        put(table, "ReduceMin", (x, keep, axes) -> x.min(keep, axes));
        put(table, "ReduceProd", (x, keep, axes) -> x.prod(keep, axes));
        put(table, "ReduceSumSquare", (x, keep, axes) -> x.mul(x).sum(keep, axes));
        put(table, "ReduceL1", (x, keep, axes) -> x.abs().sum(keep, axes));
        put(table, "ReduceL2", (x, keep, axes) -> x.mul(x).sum(keep, axes).sqrt());
        put(table, "ReduceLogSum", (x, keep, axes) -> x.sum(keep, axes).log());
        put(table, "ReduceLogSumExp", Reductions::logSumExp);
    }

    /** Shifted by the maximum, so that large values do not overflow. */
    private static Tensor logSumExp(Tensor x, boolean keep, int[] axes) {
        Tensor top = x.max(true, axes).detach();
        Tensor sum = x.sub(top).exp().sum(true, axes).log().add(top);
        return keep ? sum : sum.sum(false, axes);
    }

    private static void put(Map<String, Operator> table, String op, Reduction reduction) {
        table.put(op, call -> {
            Shape shape = call.value(0).shape();
            long[] given = call.axes(1);
            if ((given == null || given.length == 0) && call.attribute("noop_with_empty_axes", 0L) == 1) {
                return List.of(call.value(0));
            }
            int[] axes = given == null || given.length == 0
                    ? IntStream.range(0, shape.rank()).toArray()
                    : Arrays.stream(given)
                            .mapToInt(axis -> shape.axis((int) axis))
                            .toArray();
            boolean keep = call.attribute("keepdims", 1L) == 1;
            if (call.value(0) instanceof Value.Host host && shape.rank() <= 1) {
                return List.of(onHost(op, host, keep));
            }
            return Call.one(reduction.apply(call.tensor(0), keep, axes));
        });
    }

    private static Value.Host onHost(String op, Value.Host x, boolean keep) {
        double value = switch (op) {
            case "ReduceSum" -> Arrays.stream(x.data()).sum();
            case "ReduceProd" -> Arrays.stream(x.data()).reduce(1, (a, b) -> a * b);
            case "ReduceMax" -> Arrays.stream(x.data()).max().orElseThrow();
            case "ReduceMin" -> Arrays.stream(x.data()).min().orElseThrow();
            case "ReduceMean" -> Arrays.stream(x.data()).average().orElseThrow();
            default -> throw new IllegalArgumentException("no JVM arithmetic for " + op);
        };
        return new Value.Host(x.type(), new double[] {value}, keep && x.shape().rank() == 1 ? Shape.of(1) : Shape.of());
    }
}
