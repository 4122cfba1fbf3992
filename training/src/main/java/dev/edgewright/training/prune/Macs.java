package dev.edgewright.training.prune;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Shape;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.runtime.ShapeInference;
import java.util.LinkedHashMap;
import java.util.Map;

/** Multiply-accumulates of one sample through the layers with constant weights. */
public final class Macs {

    private Macs() {}

    public static long of(Graph graph) {
        return perLayer(graph).values().stream().mapToLong(Long::longValue).sum();
    }

    /** By the layer's first output, in graph order. */
    public static Map<String, Long> perLayer(Graph graph) {
        ShapeInference shapes = ShapeInference.of(graph);
        Map<String, Long> macs = new LinkedHashMap<>();
        for (Node node : graph.nodes()) {
            Tensor weight = node.hasInput(1) ? graph.constant(node.input(1)).orElse(null) : null;
            if (weight == null || weight.rank() < 2) {
                continue;
            }
            if (node.is("Conv") || node.is("ConvTranspose")) {
                Shape shape = shapes.info(node.is("Conv") ? node.output(0) : node.input(0))
                        .flatMap(info -> info.shape())
                        .orElse(Shape.of());
                long places = 1;
                for (int axis = 2; axis < shape.rank(); axis++) {
                    places *= Math.max(1, shape.size(axis));
                }
                macs.put(node.output(0), weight.elements() * places);
            } else if (node.is("Gemm") || node.is("MatMul")) {
                Shape shape = shapes.info(node.output(0))
                        .flatMap(info -> info.shape())
                        .orElse(Shape.of());
                long rows = 1;
                for (int axis = 1; axis < shape.rank() - 1; axis++) {
                    rows *= Math.max(1, shape.size(axis));
                }
                macs.put(node.output(0), weight.elements() * rows);
            }
        }
        return macs;
    }
}
