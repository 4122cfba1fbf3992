package dev.edgewright.compression.runtime;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Shape;
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

    private final Map<String, ValueInfo> infos;

    private ShapeInference(Map<String, ValueInfo> infos) {
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
        try (ModelSession session = ModelSession.open(withAllOutputs(graph), SessionSettings.literal())) {
            for (ValueInfo output : session.outputs()) {
                infos.put(output.name(), output);
            }
        }
        return new ShapeInference(infos);
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
        return shape(value).map(Shape::rank).orElse(-1);
    }
}
