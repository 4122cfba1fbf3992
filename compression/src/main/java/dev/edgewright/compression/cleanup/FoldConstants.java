package dev.edgewright.compression.cleanup;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.ValueInfo;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Computes what depends on constants only, once, in ONNX Runtime, and keeps the results as initialisers. Constant nodes become
 * initialisers. Left alone: random operators, dequantised weights (they are how int8 models say what they are), operators of other
 * domains, subgraphs, and results more than 16 MiB larger than what they came from.
 */
public final class FoldConstants implements Pass {

    private static final Set<String> NEVER = Set.of(
            "RandomNormal",
            "RandomNormalLike",
            "RandomUniform",
            "RandomUniformLike",
            "Multinomial",
            "Bernoulli",
            "QuantizeLinear",
            "DequantizeLinear",
            "DynamicQuantizeLinear",
            "Dropout");
    private static final long MAX_GROWTH = 16L << 20;

    @Override
    public String name() {
        return "fold-constants";
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        Set<String> known = new HashSet<>();
        graph.initializers().keySet().stream()
                .filter(name -> graph.constant(name).isPresent())
                .forEach(known::add);
        List<Node> foldable = new ArrayList<>();
        for (Node node : graph.nodes()) {
            boolean constant = node.is("Constant")
                    ? graph.constant(node.output(0)).isPresent()
                    : node.domain().isEmpty()
                            && !NEVER.contains(node.op())
                            && !node.hasSubgraphs()
                            && known.containsAll(node.reads());
            if (constant) {
                foldable.add(node);
                known.addAll(node.outputs());
            }
        }
        if (foldable.isEmpty()) {
            return PassResult.unchanged(graph);
        }
        Map<String, Tensor> values = evaluate(graph, foldable);
        GraphEdit edit = graph.edit();
        int folded = 0;
        for (Node node : foldable) {
            if (values.keySet().containsAll(node.outputs())
                    && node.outputs().stream().noneMatch(graph::isOutput)
                    && growth(graph, node, values) <= MAX_GROWTH) {
                edit.remove(node);
                node.outputs().forEach(output -> edit.put(values.get(output).withName(output)));
                folded++;
            }
        }
        if (folded == 0) {
            return PassResult.unchanged(graph);
        }
        PassResult dead = new DeadCode().call(edit.build(), context);
        return PassResult.changed(dead.graph(), "fold-constants: computed " + folded + " constant nodes beforehand");
    }

    private static long growth(Graph graph, Node node, Map<String, Tensor> values) {
        long out = node.outputs().stream()
                .mapToLong(name -> values.get(name).bytes())
                .sum();
        long in = 0;
        for (String read : node.reads()) {
            Tensor tensor = graph.initializers().getOrDefault(read, values.get(read));
            in += tensor == null ? 0 : tensor.bytes();
        }
        return out - in;
    }

    private static Map<String, Tensor> evaluate(Graph graph, List<Node> foldable) {
        Map<String, Tensor> values = new java.util.HashMap<>();
        Set<Node> rest = new LinkedHashSet<>(foldable);
        for (Node node : foldable) {
            if (node.is("Constant")) {
                values.put(node.output(0), graph.constant(node.output(0)).orElseThrow());
                rest.remove(node);
            }
        }
        if (rest.isEmpty()) {
            return values;
        }
        Set<Node> kept = new HashSet<>(foldable);
        GraphEdit only = graph.edit().setInputs(List.of()).clearAnnotations();
        graph.nodes().stream().filter(node -> !kept.contains(node)).forEach(only::remove);
        List<ValueInfo> outputs = new ArrayList<>();
        rest.forEach(node -> node.outputs().stream()
                .filter(output -> !output.isEmpty())
                .forEach(output -> outputs.add(ValueInfo.untyped(output))));
        Graph constants = only.setOutputs(outputs).build();
        PassResult small = new DeadCode().call(constants, PassContext.of(0));
        try (ModelSession session = ModelSession.open(small.graph(), SessionSettings.literal())) {
            Set<String> readable = new LinkedHashSet<>();
            session.outputs().stream()
                    .filter(output -> output.isTensor() && output.type() != ElementType.STRING)
                    .forEach(output -> readable.add(output.name()));
            if (!readable.isEmpty()) {
                values.putAll(session.run(Map.of(), readable));
            }
        }
        return values;
    }

    @Override
    public void ensures(Graph before, PassResult result) {
        Promises.sameInterface(name(), before, result.graph());
    }
}
