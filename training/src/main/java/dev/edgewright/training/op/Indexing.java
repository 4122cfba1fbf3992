package dev.edgewright.training.op;

import dev.edgewright.training.tensor.Shape;
import dev.edgewright.training.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Slice, Gather, and what makes or reads shapes. */
final class Indexing {

    private Indexing() {}

    static void register(Map<String, Operator> table) {
        table.put("Slice", Indexing::slice);
        table.put("Gather", Indexing::gather);
        table.put("Shape", Indexing::shape);
        table.put(
                "Size",
                call -> List.of(Value.Host.scalar(
                        Tensor.Type.INT64, call.value(0).shape().elements())));
        table.put("ConstantOfShape", Indexing::constantOfShape);
        table.put("Range", Indexing::range);
        table.put("Constant", Indexing::constant);
        table.put("ArgMax", Indexing::argMax);
    }

    private static List<Value> slice(Call call) {
        Shape shape = call.value(0).shape();
        long[] starts = call.has(1) ? call.longs(1) : call.node().intsAttribute("starts");
        long[] ends = call.has(2) ? call.longs(2) : call.node().intsAttribute("ends");
        long[] axes = call.has(3)
                ? call.longs(3)
                : call.node()
                        .intsAttribute(
                                "axes",
                                IntStream.range(0, starts.length).asLongStream().toArray());
        long[] steps = call.has(4) ? call.longs(4) : Convolutions.ones(starts.length);
        if (call.value(0) instanceof Value.Host host && shape.rank() == 1) {
            return List.of(sliceHost(host, starts[0], ends[0], steps[0]));
        }
        Tensor x = call.tensor(0);
        for (int i = 0; i < axes.length; i++) {
            int axis = shape.axis((int) axes[i]);
            long size = shape.get(axis);
            if (steps[i] < 0) {
                // Backwards: turn the axis round, then walk forwards.
                long from = clamp(starts[i] < 0 ? starts[i] + size : starts[i], -1, size - 1);
                long to = clamp(ends[i] < 0 ? Math.max(ends[i], -size - 1) + size : ends[i], -1, size - 1);
                x = x.flip(axis).slice(axis, size - 1 - from, size - 1 - to, -steps[i]);
                continue;
            }
            long from = clamp(starts[i] < 0 ? starts[i] + size : starts[i], 0, size);
            long to = clamp(ends[i] < 0 ? ends[i] + size : ends[i], from, size);
            if (from != 0 || to != size || steps[i] != 1) {
                x = x.slice(axis, from, to, steps[i]);
            }
        }
        return Call.one(x);
    }

    private static Value.Host sliceHost(Value.Host x, long start, long end, long step) {
        long size = x.data().length;
        boolean forward = step > 0;
        long from = clamp(start < 0 ? start + size : start, forward ? 0 : -1, forward ? size : size - 1);
        long to = end < 0 ? Math.max(end, -size - 1) + size : end;
        to = clamp(to, forward ? from : -1, forward ? size : size - 1);
        java.util.stream.DoubleStream.Builder picked = java.util.stream.DoubleStream.builder();
        for (long i = from; forward ? i < to : i > to; i += step) {
            picked.add(x.data()[(int) i]);
        }
        double[] data = picked.build().toArray();
        return new Value.Host(x.type(), data, Shape.of(data.length));
    }

    private static long clamp(long value, long low, long high) {
        return Math.max(low, Math.min(high, value));
    }

    private static List<Value> gather(Call call) {
        int axis = (int) call.attribute("axis", 0L);
        if (call.value(0) instanceof Value.Host host
                && call.value(1) instanceof Value.Host indices
                && host.shape().rank() == 1) {
            double[] data = new double[indices.data().length];
            for (int i = 0; i < data.length; i++) {
                int index = (int) indices.data()[i];
                data[i] = host.data()[index < 0 ? index + host.data().length : index];
            }
            return List.of(new Value.Host(host.type(), data, indices.shape()));
        }
        return Call.one(call.tensor(0).gather(call.tensor(1), axis));
    }

    private static List<Value> shape(Call call) {
        long[] all = call.value(0).shape().dimensions();
        long start = call.attribute("start", 0L);
        long end = call.attribute("end", (long) all.length);
        start = clamp(start < 0 ? start + all.length : start, 0, all.length);
        end = clamp(end < 0 ? end + all.length : end, start, all.length);
        return List.of(Value.Host.longs(Arrays.copyOfRange(all, (int) start, (int) end)));
    }

    private static List<Value> constantOfShape(Call call) {
        Shape shape = new Shape(call.longs(0));
        Value.Host element = call.node()
                .attribute("value")
                .map(attribute -> Constants.host(attribute.tensorValue()))
                .orElse(Value.Host.scalar(Tensor.Type.FLOAT, 0));
        double[] data = new double[Math.toIntExact(shape.elements())];
        Arrays.fill(data, element.data()[0]);
        return List.of(new Value.Host(element.type(), data, shape));
    }

    private static List<Value> range(Call call) {
        double start = call.host(0).data()[0];
        double limit = call.host(1).data()[0];
        double step = call.host(2).data()[0];
        int count = (int) Math.max(0, Math.ceil((limit - start) / step));
        double[] data = new double[count];
        for (int i = 0; i < count; i++) {
            data[i] = start + i * step;
        }
        return List.of(new Value.Host(call.host(0).type(), data, Shape.of(count)));
    }

    private static List<Value> constant(Call call) {
        return List.of(Constants.of(call.node(), call.backend()));
    }

    private static List<Value> argMax(Call call) {
        Tensor x = call.tensor(0);
        int axis = x.shape().axis((int) call.attribute("axis", 0L));
        Tensor index = x.argMax(axis);
        if (call.attribute("keepdims", 1L) == 1) {
            long[] kept = x.shape().dimensions();
            kept[axis] = 1;
            index = index.reshape(kept);
        }
        return Call.one(index);
    }
}
