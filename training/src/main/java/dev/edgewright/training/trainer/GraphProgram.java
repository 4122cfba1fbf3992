package dev.edgewright.training.trainer;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.op.Call;
import dev.edgewright.training.op.Operator;
import dev.edgewright.training.op.OperatorTable;
import dev.edgewright.training.op.RunMode;
import dev.edgewright.training.op.Value;
import dev.edgewright.training.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A graph whose operators have been looked up, ready to run as often as wanted. Immutable. */
public final class GraphProgram {

    /** Sees every node as it is computed. */
    @FunctionalInterface
    public interface Watch {
        void after(Node node, List<Value> inputs, List<Value> outputs);
    }

    private record Step(Node node, Operator operator, List<String> lastReads) {}

    private final Graph graph;
    private final List<Step> steps;

    private GraphProgram(Graph graph, List<Step> steps) {
        this.graph = graph;
        this.steps = steps;
    }

    /**
     * Looks every operator up.
     *
     * @throws TrainingException OPERATOR_WITHOUT_GRADIENT naming every operator that is not in the table, before anything runs
     */
    public static GraphProgram of(Graph graph, OperatorTable table) {
        Set<String> unknown = new TreeSet<>();
        List<Node> nodes = graph.nodes();
        for (Node node : nodes) {
            if (table.find(node).isEmpty()) {
                unknown.add(node.op() + " (node " + node.label() + ")");
            }
        }
        if (!unknown.isEmpty()) {
            throw new TrainingException(
                    TrainingException.Code.OPERATOR_WITHOUT_GRADIENT,
                    "no gradient is known for " + String.join(", ", unknown)
                            + "; rewrite these nodes, or train a part of the graph that does not contain them");
        }
        Map<String, Integer> lastUse = new HashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            for (String read : nodes.get(i).reads()) {
                lastUse.put(read, i);
            }
        }
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            List<String> last = new ArrayList<>();
            for (String read : node.reads()) {
                if (lastUse.get(read) == i
                        && !graph.isOutput(read)
                        && graph.producer(read).isPresent()) {
                    last.add(read);
                }
            }
            steps.add(new Step(node, table.find(node).orElseThrow(), last));
        }
        return new GraphProgram(graph, steps);
    }

    public Graph graph() {
        return graph;
    }

    /**
     * Runs all nodes.
     *
     * @param values graph inputs and weights by name
     * @param keep values to give back beside the graph's outputs; everything else may be freed on the way (in inference)
     * @param watch sees every node with its outputs as they are computed; null for none
     */
    public Map<String, Value> run(
            TensorBackend backend, Map<String, Value> values, RunMode mode, Set<String> keep, Watch watch) {
        Map<String, Value> live = new HashMap<>(values);
        Set<Value> shared = new HashSet<>();
        long opset = graph.opset();
        for (Step step : steps) {
            List<Value> inputs = new ArrayList<>(step.node().inputs().size());
            for (String name : step.node().inputs()) {
                inputs.add(name.isEmpty() ? null : live.get(name));
            }
            List<Value> outputs = step.operator().apply(new Call(step.node(), inputs, backend, mode, opset));
            for (int i = 0; i < outputs.size() && i < step.node().outputs().size(); i++) {
                if (!step.node().output(i).isEmpty()) {
                    live.put(step.node().output(i), outputs.get(i));
                }
                if (inputs.contains(outputs.get(i))) {
                    shared.add(outputs.get(i)); // Identity and the like pass their input on
                }
            }
            if (watch != null) {
                watch.after(step.node(), inputs, outputs);
            }
            if (mode == RunMode.INFERENCE) {
                for (String name : step.lastReads()) {
                    if (!keep.contains(name)
                            && live.get(name) instanceof Value.Dense dense
                            && !shared.contains(dense)
                            && !values.containsKey(name)) {
                        live.remove(name);
                        dense.tensor().free();
                    }
                }
            }
        }
        Map<String, Value> results = new HashMap<>();
        graph.outputs().forEach(output -> results.put(output.name(), live.get(output.name())));
        keep.forEach(name -> {
            if (live.get(name) != null) {
                results.put(name, live.get(name));
            }
        });
        return results;
    }
}
