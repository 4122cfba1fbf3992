package dev.edgewright.training.op;

import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** One operator with example inputs: those that are differentiated, and constants. */
final class OperatorCase {

    /** Where example values lie; every set keeps away from the places where its operators have a kink. */
    enum Domain {
        /** Distinct steps of 0.07 around zero, none nearer than 0.035. */
        AROUND_ZERO,
        /** From 0.4 upwards. */
        POSITIVE,
        /** Within -1..1. */
        SMALL
    }

    private record Input(long[] shape, Domain domain) {}

    private final String op;
    private final String title;
    private final Map<String, Input> floats = new LinkedHashMap<>();
    private final List<String> order = new ArrayList<>();
    private final List<java.util.function.Consumer<GraphBuilder>> constants = new ArrayList<>();
    private final List<Attribute> attributes = new ArrayList<>();
    private int outputs = 1;
    private long opset = 20;
    private boolean differentiable = true;

    private OperatorCase(String op, String title) {
        this.op = op;
        this.title = title;
    }

    static OperatorCase of(String op) {
        return new OperatorCase(op, "");
    }

    static OperatorCase of(String op, String title) {
        return new OperatorCase(op, title);
    }

    OperatorCase x(long... shape) {
        return x(Domain.AROUND_ZERO, shape);
    }

    OperatorCase x(Domain domain, long... shape) {
        String name = "x" + floats.size();
        floats.put(name, new Input(shape, domain));
        order.add(name);
        return this;
    }

    OperatorCase longs(long... values) {
        String name = "c" + order.size();
        constants.add(builder -> builder.longs(name, values));
        order.add(name);
        return this;
    }

    OperatorCase constant(float value) {
        String name = "c" + order.size();
        constants.add(builder -> builder.floats(name, new float[] {value}));
        order.add(name);
        return this;
    }

    OperatorCase constant(float[] values, long... sizes) {
        String name = "c" + order.size();
        constants.add(builder -> builder.floats(name, values, sizes));
        order.add(name);
        return this;
    }

    OperatorCase booleans(byte[] values, long... sizes) {
        String name = "c" + order.size();
        constants.add(builder ->
                builder.constant(dev.edgewright.compression.graph.Tensor.ofRaw(name, ElementType.BOOL, sizes, values)));
        order.add(name);
        return this;
    }

    OperatorCase leftOut() {
        order.add("");
        return this;
    }

    OperatorCase ints(String name, long... values) {
        attributes.add(Attribute.ofInts(name, values));
        return this;
    }

    OperatorCase set(String name, long value) {
        attributes.add(Attribute.ofInt(name, value));
        return this;
    }

    OperatorCase set(String name, float value) {
        attributes.add(Attribute.ofFloat(name, value));
        return this;
    }

    OperatorCase set(String name, String value) {
        attributes.add(Attribute.ofString(name, value));
        return this;
    }

    OperatorCase outputs(int count) {
        outputs = count;
        return this;
    }

    OperatorCase opset(long version) {
        opset = version;
        return this;
    }

    /** Whole-number or step-shaped: only the forward values are compared. */
    OperatorCase forwardOnly() {
        differentiable = false;
        return this;
    }

    boolean differentiable() {
        return differentiable;
    }

    String op() {
        return op;
    }

    Graph graph() {
        GraphBuilder builder = GraphBuilder.named("case").opset(opset);
        floats.forEach((name, input) -> builder.input(name, ElementType.FLOAT, boxed(input.shape())));
        constants.forEach(constant -> constant.accept(builder));
        List<String> names = new ArrayList<>();
        for (int i = 0; i < outputs; i++) {
            names.add("y" + i);
        }
        builder.node(dev.edgewright.compression.graph.Node.of(
                op, "node", order, names, attributes.toArray(Attribute[]::new)));
        Graph graph = builder.build();
        var edit = graph.edit();
        edit.setOutputs(names.stream()
                .map(dev.edgewright.compression.graph.ValueInfo::untyped)
                .toList());
        return edit.build();
    }

    private static Object[] boxed(long[] shape) {
        Object[] sizes = new Object[shape.length];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = shape[i];
        }
        return sizes;
    }

    Map<String, long[]> shapes() {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        floats.forEach((name, input) -> shapes.put(name, input.shape()));
        return shapes;
    }

    Map<String, float[]> values() {
        Random random = new Random(op.hashCode());
        Map<String, float[]> values = new LinkedHashMap<>();
        floats.forEach((name, input) -> {
            int count = 1;
            for (long length : input.shape()) {
                count *= (int) length;
            }
            List<Integer> places = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                places.add(i);
            }
            java.util.Collections.shuffle(places, random);
            float[] data = new float[count];
            for (int i = 0; i < count; i++) {
                data[i] = switch (input.domain()) {
                    case AROUND_ZERO -> (places.get(i) - count / 2) * 0.07f + 0.035f;
                    case POSITIVE -> 0.4f + places.get(i) * 2f / count;
                    case SMALL -> -1 + (places.get(i) + 0.5f) * 2f / count;
                };
            }
            values.put(name, data);
        });
        return values;
    }

    @Override
    public String toString() {
        return title.isEmpty() ? op : op + ", " + title;
    }
}
