package dev.edgewright.training.op;

import dev.edgewright.training.tensor.Shape;
import dev.edgewright.training.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Operators that move elements and change none. */
final class Shaping {

    private Shaping() {}

    static void register(Map<String, Operator> table) {
        table.put("Reshape", Shaping::reshape);
        table.put("Flatten", Shaping::flatten);
        table.put("Transpose", Shaping::transpose);
        table.put("Squeeze", Shaping::squeeze);
        table.put("Unsqueeze", Shaping::unsqueeze);
        table.put("Expand", Shaping::expand);
        table.put("Tile", call -> Call.one(call.tensor(0).tile(call.longs(1))));
        table.put("Concat", Shaping::concat);
        table.put("Split", Shaping::split);
        table.put("Pad", Shaping::pad);
        table.put("DepthToSpace", Shaping::depthToSpace);
        table.put("Resize", Resizing::resize);
        table.put("Upsample", Resizing::resize);
    }

    /** The same elements in another shape, on the JVM or in the engine. */
    private static List<Value> reshaped(Call call, long... shape) {
        return call.value(0) instanceof Value.Host host
                ? List.of(host.reshape(new Shape(shape)))
                : Call.one(call.tensor(0).reshape(shape));
    }

    private static List<Value> reshape(Call call) {
        long[] wanted = call.longs(1).clone();
        Shape shape = call.value(0).shape();
        boolean zeroMeansZero = call.attribute("allowzero", 0L) == 1;
        long known = 1;
        int open = -1;
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i] == 0 && !zeroMeansZero) {
                wanted[i] = shape.get(i);
            }
            if (wanted[i] == -1) {
                open = i;
            } else {
                known *= wanted[i];
            }
        }
        if (open >= 0) {
            wanted[open] = shape.elements() / Math.max(1, known);
        }
        return reshaped(call, wanted);
    }

    private static List<Value> flatten(Call call) {
        Shape shape = call.value(0).shape();
        int axis = (int) call.attribute("axis", 1L);
        int cut = axis < 0 ? axis + shape.rank() : axis;
        long rows = Arrays.stream(shape.dimensions()).limit(cut).reduce(1, Math::multiplyExact);
        return reshaped(call, rows, rows == 0 ? 0 : shape.elements() / rows);
    }

    private static List<Value> transpose(Call call) {
        int rank = call.value(0).shape().rank();
        long[] reversed = IntStream.range(0, rank).mapToLong(i -> rank - 1L - i).toArray();
        long[] order = call.node().intsAttribute("perm", reversed);
        return Call.one(call.tensor(0)
                .transpose(Arrays.stream(order).mapToInt(i -> (int) i).toArray()));
    }

    private static List<Value> squeeze(Call call) {
        Shape shape = call.value(0).shape();
        long[] axes = call.axes(1);
        boolean[] gone = new boolean[shape.rank()];
        for (int i = 0; i < gone.length; i++) {
            gone[i] = axes == null && shape.get(i) == 1;
        }
        if (axes != null) {
            Arrays.stream(axes).forEach(axis -> gone[shape.axis((int) axis)] = true);
        }
        return reshaped(
                call,
                IntStream.range(0, gone.length)
                        .filter(i -> !gone[i])
                        .mapToLong(shape::get)
                        .toArray());
    }

    private static List<Value> unsqueeze(Call call) {
        Shape shape = call.value(0).shape();
        long[] axes = call.axes(1);
        int rank = shape.rank() + axes.length;
        boolean[] fresh = new boolean[rank];
        for (long axis : axes) {
            fresh[(int) (axis < 0 ? axis + rank : axis)] = true;
        }
        long[] result = new long[rank];
        for (int i = 0, from = 0; i < rank; i++) {
            result[i] = fresh[i] ? 1 : shape.get(from++);
        }
        return reshaped(call, result);
    }

    private static List<Value> expand(Call call) {
        Shape target = HostArithmetic.broadcast(call.value(0).shape(), new Shape(call.longs(1)));
        return call.value(0) instanceof Value.Host host
                ? List.of(HostArithmetic.expand(host, target))
                : Call.one(call.tensor(0).broadcast(target.dimensions()));
    }

    private static List<Value> concat(Call call) {
        int axis = (int) call.attribute("axis", 0L);
        if (call.allHost() && call.value(0).shape().rank() == 1) {
            double[] joined = call.inputs().stream()
                    .flatMapToDouble(value -> Arrays.stream(((Value.Host) value).data()))
                    .toArray();
            return List.of(new Value.Host(call.host(0).type(), joined, Shape.of(joined.length)));
        }
        List<Tensor> parts = new ArrayList<>();
        for (int i = 0; i < call.inputs().size(); i++) {
            parts.add(call.tensor(i));
        }
        return Call.one(call.backend().concat(parts, axis));
    }

    private static List<Value> split(Call call) {
        Tensor x = call.tensor(0);
        int axis = x.shape().axis((int) call.attribute("axis", 0L));
        long size = x.shape().get(axis);
        int outputs = call.node().outputs().size();
        long[] lengths;
        if (call.has(1)) {
            lengths = call.longs(1);
        } else if (call.node().attribute("split").isPresent()) {
            lengths = call.node().intsAttribute("split");
        } else {
            lengths = new long[outputs];
            long each = (size + outputs - 1) / outputs;
            for (int i = 0; i < outputs; i++) {
                lengths[i] = Math.min(each, size - each * i);
            }
        }
        return x.split(axis, lengths).stream()
                .map(piece -> (Value) new Value.Dense(piece))
                .toList();
    }

    private static List<Value> pad(Call call) {
        Tensor x = call.tensor(0);
        int rank = x.shape().rank();
        if (!call.attribute("mode", "constant").equals("constant")) {
            throw call.unsupported("only constant padding is supported");
        }
        long[] pads = call.has(1) ? call.longs(1) : call.node().intsAttribute("pads");
        double value = call.has(2) ? call.scalar(2) : call.attribute("value", 0f);
        long[] before = new long[rank];
        long[] after = new long[rank];
        long[] axes = call.has(3)
                ? call.longs(3)
                : IntStream.range(0, rank).asLongStream().toArray();
        for (int i = 0; i < axes.length; i++) {
            before[x.shape().axis((int) axes[i])] = pads[i];
            after[x.shape().axis((int) axes[i])] = pads[axes.length + i];
        }
        if (Arrays.stream(before).anyMatch(p -> p < 0) || Arrays.stream(after).anyMatch(p -> p < 0)) {
            throw call.unsupported("negative padding is not supported");
        }
        return Call.one(x.pad(before, after, value));
    }

    private static List<Value> depthToSpace(Call call) {
        Tensor x = call.tensor(0);
        long block = call.attribute("blocksize", 2L);
        Shape s = x.shape();
        long n = s.get(0);
        long c = s.get(1) / (block * block);
        long h = s.get(2);
        long w = s.get(3);
        Tensor moved = call.attribute("mode", "DCR").equals("DCR")
                ? x.reshape(n, block, block, c, h, w).transpose(0, 3, 4, 1, 5, 2)
                : x.reshape(n, c, block, block, h, w).transpose(0, 1, 4, 2, 5, 3);
        return Call.one(moved.reshape(n, c, h * block, w * block));
    }
}
