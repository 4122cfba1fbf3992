package dev.edgewright.compression.runtime;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.graph.Dimension;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Shape;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.ValueInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Types and shapes of every value, from ONNX Runtime's own inference: all values are made graph outputs, and the session says what it
 * infers for them. Full operator coverage for the price of one load. Symbolic sizes stay symbolic.
 */
public final class ShapeInference {

    /** Weights from this size on are not needed to infer shapes; leaving them out makes a large model's inference small. */
    private static final long LARGE = 1 << 14;

    /** Sizes for free axes; primes that no layer has as a width. */
    private static final long[] PRIMES = {11, 13, 17, 19, 23, 29, 31, 37};

    private final Graph graph;
    private final Map<String, ValueInfo> infos;
    private Map<String, Shape> examples;

    private ShapeInference(Graph graph, Map<String, ValueInfo> infos) {
        this.graph = graph;
        this.infos = infos;
    }

    /** Infers for a graph that ONNX Runtime can load. */
    public static ShapeInference of(Graph graph) {
        Map<String, ValueInfo> infos = new LinkedHashMap<>();
        for (ValueInfo input : graph.inputs()) {
            infos.put(input.name(), input);
        }
        for (String name : graph.initializers().keySet()) {
            graph.info(name).ifPresent(info -> infos.put(name, info));
        }
        try (ModelSession session =
                ModelSession.open(withoutLargeWeights(withAllOutputs(graph)), SessionSettings.literal())) {
            for (ValueInfo output : session.outputs()) {
                infos.put(output.name(), output);
            }
        }
        return new ShapeInference(graph, infos);
    }

    /** Float weights become inputs of the same sizes: what a node computes is not needed to know its shape. */
    private static Graph withoutLargeWeights(Graph graph) {
        List<ValueInfo> inputs = new ArrayList<>(graph.inputs());
        GraphEdit edit = graph.edit();
        for (Tensor tensor : graph.initializers().values()) {
            if (tensor.type() == ElementType.FLOAT
                    && tensor.bytes() >= LARGE
                    && graph.constant(tensor.name()).isPresent()
                    && !graph.isOutput(tensor.name())) {
                inputs.add(ValueInfo.tensor(tensor.name(), tensor.type(), Shape.of(tensor.sizes())));
                edit.removeInitializer(tensor.name());
            }
        }
        return edit.setInputs(inputs).build();
    }

    /** The graph with every value that a node computes as an output. */
    static Graph withAllOutputs(Graph graph) {
        List<ValueInfo> outputs = new ArrayList<>(graph.outputs());
        Set<String> present = new HashSet<>();
        outputs.forEach(output -> present.add(output.name()));
        for (Node node : graph.nodes()) {
            for (String value : node.outputs()) {
                if (!value.isEmpty() && present.add(value)) {
                    outputs.add(ValueInfo.untyped(value));
                }
            }
        }
        return graph.edit().setOutputs(outputs).clearAnnotations().build();
    }

    /** Type and shape of a value, when it is a tensor of known rank. */
    public Optional<ValueInfo> info(String value) {
        return Optional.ofNullable(infos.get(value)).filter(ValueInfo::isTensor);
    }

    /** The shape of a value, when it is a tensor of known rank. */
    public Optional<Shape> shape(String value) {
        return info(value).flatMap(ValueInfo::shape);
    }

    /** The rank of a value, -1 when it is not known. */
    public int rank(String value) {
        // The runtime's Java interface tells an unknown shape as that of a scalar.
        return shape(value)
                .filter(shape -> shape.rank() > 0)
                .or(() -> example(value))
                .map(Shape::rank)
                .orElse(-1);
    }

    /**
     * The shape of a value when every free axis of the inputs gets a size of its own, a prime: two values that are alike then are alike
     * for all sizes. Shapes that the model computes from its inputs become known this way. Empty where they stay unknown.
     */
    public Optional<Shape> example(String value) {
        if (examples == null) {
            examples = examples(graph);
        }
        return Optional.ofNullable(examples.get(value));
    }

    private static Map<String, Shape> examples(Graph graph) {
        Map<String, Long> sizes = new LinkedHashMap<>();
        List<ValueInfo> inputs = new ArrayList<>();
        for (ValueInfo input : graph.inputs()) {
            inputs.add(input.shape().isEmpty() ? input : fixed(input, sizes));
        }
        Graph known = withAllOutputs(graph).edit().setInputs(inputs).build();
        Map<String, Shape> shapes = new LinkedHashMap<>();
        inputs.forEach(input -> input.shape().ifPresent(shape -> shapes.put(input.name(), shape)));
        try (ModelSession session = ModelSession.open(withoutLargeWeights(known), SessionSettings.single())) {
            session.outputs().forEach(output -> output.shape().ifPresent(shape -> shapes.put(output.name(), shape)));
        } catch (CompressionException e) {
            return Map.of(); // the sizes do not go together in this model: nothing is known
        }
        return shapes;
    }

    private static ValueInfo fixed(ValueInfo input, Map<String, Long> sizes) {
        List<Dimension> dimensions = new ArrayList<>();
        for (Dimension dimension : input.shape().orElseThrow().dimensions()) {
            if (dimension.isFixed()) {
                dimensions.add(dimension);
                continue;
            }
            String key = dimension.symbol().isEmpty() ? "axis " + dimensions.size() : dimension.symbol();
            long size = sizes.getOrDefault(key, PRIMES[sizes.size() % PRIMES.length]);
            sizes.put(key, size);
            dimensions.add(Dimension.of(size));
        }
        return ValueInfo.tensor(input.name(), input.type(), new Shape(dimensions));
    }
}
