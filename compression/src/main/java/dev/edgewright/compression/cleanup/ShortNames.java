package dev.edgewright.compression.cleanup;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.ValueInfo;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes what only people read out of a finished graph: values and initialisers inside it get the shortest names there are, those that are
 * named most often first; documentation and annotations of nodes go, and the names of QuantizeLinear and DequantizeLinear. The names of
 * inputs, outputs and of the other nodes stay, so that profiles still name layers. The computation is untouched. In small quantised graphs
 * names are a tenth of the file.
 */
public final class ShortNames implements Pass {

    private static final Set<String> SCAFFOLDING = Set.of("QuantizeLinear", "DequantizeLinear");
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final String SIGNS = LETTERS + "0123456789";

    @Override
    public String name() {
        return "short-names";
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        if (graph.namesValuesElsewhere()) {
            return PassResult.unchanged(
                    graph, List.of("short-names: other parts of the model speak of its values by name"));
        }
        GraphEdit edit = graph.edit();
        Map<String, String> names = shorter(graph, edit);
        boolean changed = !names.isEmpty();
        for (Node node : graph.nodes()) {
            Node bare = bare(node, names);
            if (bare != node) {
                edit.replace(node, bare);
                changed = true;
            }
        }
        names.forEach(edit::redirect);
        graph.initializers().values().forEach(tensor -> {
            edit.removeInitializer(tensor.name());
            edit.put(tensor.withName(names.getOrDefault(tensor.name(), tensor.name())));
        });
        annotations(graph, edit, names);
        if (!changed) {
            return PassResult.unchanged(graph);
        }
        return PassResult.changed(edit.build(), "short-names: " + names.size() + " inner names");
    }

    /** New names for those values and initialisers that get a shorter one. */
    private static Map<String, String> shorter(Graph graph, GraphEdit edit) {
        Map<String, String> names = new LinkedHashMap<>();
        int next = 0;
        for (String name : inner(graph)) {
            String candidate = sign(next);
            while (candidate.length() < name.length()
                    && !edit.freshName(candidate).equals(candidate)) {
                candidate = sign(++next); // taken, perhaps inside a subgraph
            }
            if (candidate.length() < name.length()) {
                names.put(name, candidate);
                next++;
            }
        }
        return names;
    }

    /** What may be renamed, those first that are mentioned most often. */
    private static List<String> inner(Graph graph) {
        Map<String, Integer> mentions = new LinkedHashMap<>();
        graph.initializers().keySet().forEach(name -> mentions.put(name, 1));
        for (Node node : graph.nodes()) {
            node.outputs().stream().filter(name -> !name.isEmpty()).forEach(name -> mentions.put(name, 1));
        }
        for (Node node : graph.nodes()) {
            node.inputs().forEach(name -> mentions.computeIfPresent(name, (key, count) -> count + 1));
        }
        graph.inputs().forEach(input -> mentions.remove(input.name()));
        graph.outputs().forEach(output -> mentions.remove(output.name()));
        List<String> names = new ArrayList<>(mentions.keySet());
        names.sort(
                Comparator.comparing((String name) -> -mentions.get(name))); // stable: else in the order of the graph
        return names;
    }

    private static String sign(int number) {
        StringBuilder sign = new StringBuilder();
        sign.append(LETTERS.charAt(number % LETTERS.length()));
        for (int rest = number / LETTERS.length(); rest > 0; rest = (rest - 1) / SIGNS.length()) {
            sign.append(SIGNS.charAt((rest - 1) % SIGNS.length()));
        }
        return sign.toString();
    }

    private static Node bare(Node node, Map<String, String> names) {
        Node bare = node.withoutDocumentation();
        if (node.isAnyOf(SCAFFOLDING) && !node.name().isEmpty()) {
            bare = bare.withName("");
        }
        List<String> outputs = node.outputs().stream()
                .map(output -> names.getOrDefault(output, output))
                .toList();
        return outputs.equals(node.outputs()) ? bare : bare.withOutputs(outputs);
    }

    /** ONNX Runtime infers the values of standard operators; what is said of others stays. */
    private static void annotations(Graph graph, GraphEdit edit, Map<String, String> names) {
        edit.clearAnnotations();
        Map<String, ValueInfo> kept = new HashMap<>();
        graph.valueInfo().forEach((name, info) -> {
            boolean foreign = graph.producer(name)
                    .filter(node -> !node.domain().isEmpty())
                    .isPresent();
            if (foreign) {
                kept.put(name, info.withName(names.getOrDefault(name, name)));
            }
        });
        kept.values().forEach(edit::annotate);
    }

    @Override
    public void ensures(Graph before, PassResult result) {
        Promises.sameInterface(name(), before, result.graph());
    }
}
