package dev.edgewright.compression.quantize;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.quantize.Unit.Kind;
import dev.edgewright.compression.runtime.ShapeInference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which units become int8 and which values get a QuantizeLinear. Layers with weights are quantised unless told otherwise; arithmetic
 * between them only when all it reads is int8 already, so that no Q/DQ pair is added for its sake alone; movers follow their input.
 */
final class Plan {

    private final Graph graph;
    private final Map<String, Unit> units = new LinkedHashMap<>(); // by output value
    private final Map<Node, Unit> byNode = new IdentityHashMap<>();
    private final Set<String> values = new LinkedHashSet<>();
    private final Map<String, String> source = new HashMap<>();
    private final List<String> notes = new ArrayList<>();

    private Plan(Graph graph) {
        this.graph = graph;
    }

    static Plan of(Graph graph, ShapeInference shapes, StaticInt8Options options) {
        Plan plan = new Plan(graph);
        List<Unit> all = new ArrayList<>();
        for (Unit unit : Units.all(graph, shapes)) {
            if (unit.isNamed(options.keepFloat())) {
                plan.notes.add("int8: " + unit.node().label() + " stays float as told");
            } else if (!options.depthwise() && Units.isDepthwise(graph, unit.node())) {
                plan.notes.add("int8: depthwise " + unit.node().label() + " stays float");
            } else {
                all.add(unit);
            }
        }
        plan.choose(all);
        plan.values();
        return plan;
    }

    private void choose(List<Unit> all) {
        Set<String> coded = new LinkedHashSet<>();
        for (Unit unit : all) {
            if (unit.hasWeight()) {
                take(unit);
                coded.add(unit.activations().get(0));
            }
        }
        // Topological order makes one sweep enough: what a follower reads was decided before it.
        for (Unit unit : all) {
            boolean readsCodes =
                    unit.activations().stream().allMatch(value -> coded.contains(value) || units.containsKey(value));
            if (!unit.hasWeight() && readsCodes) {
                take(unit);
            }
        }
        dropIdleFollowers();
    }

    private void take(Unit unit) {
        units.put(unit.output(), unit);
        byNode.put(unit.node(), unit);
    }

    /** A follower whose result nobody reads in int8 would cost a Q/DQ pair and precision for nothing: it goes back to float. */
    private void dropIdleFollowers() {
        List<Unit> backwards = new ArrayList<>(units());
        Collections.reverse(backwards);
        for (Unit unit : backwards) {
            if (!unit.hasWeight() && !isReadAsCodes(unit.output())) {
                units.remove(unit.output());
                byNode.remove(unit.node());
            }
        }
    }

    private boolean isReadAsCodes(String value) {
        return graph.consumers(value).stream().anyMatch(byNode::containsKey);
    }

    private void values() {
        for (Unit unit : units()) {
            values.addAll(unit.activations());
            if (unit.kind() != Kind.PRODUCT || isReadAsCodes(unit.output())) {
                values.add(unit.output());
            }
            if (unit.kind() == Kind.MOVER) {
                source.put(unit.output(), source(unit.activations().get(0)));
            }
        }
    }

    /** The units that become int8, in topological order. */
    List<Unit> units() {
        return graph.nodes().stream()
                .filter(byNode::containsKey)
                .map(byNode::get)
                .toList();
    }

    /** The values that get a QuantizeLinear. */
    Set<String> quantizedValues() {
        return values;
    }

    /** The value whose parameters this one shares: itself, or what movers brought here. */
    String source(String value) {
        return source.getOrDefault(value, value);
    }

    List<String> notes() {
        return notes;
    }
}
