package dev.edgewright.compression.prune;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.prune.ChannelSlice.Role;
import dev.edgewright.compression.prune.Couplings.Slot;
import dev.edgewright.compression.runtime.ShapeInference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * All groups of channels of a graph that can be pruned, and why the others cannot.
 *
 * <pre>{@code
 * ChannelGroups groups = ChannelGroups.of(graph, context.shapes(graph));
 * ChannelGroup group = groups.all().get(0);
 * Graph smaller = StructuredPruner.prune(graph, shapes, groups, new PrunePlan(Map.of(group.id(), new int[] {0, 1, 2, 3})));
 * }</pre>
 */
public final class ChannelGroups {

    private final List<ChannelGroup> all;
    private final List<String> notes;

    private ChannelGroups(List<ChannelGroup> all, List<String> notes) {
        this.all = List.copyOf(all);
        this.notes = List.copyOf(notes);
    }

    /** Groups that can be pruned exactly: the result computes what the graph computes with those channels zeroed before the next layer. */
    public static ChannelGroups of(Graph graph, ShapeInference shapes) {
        return of(graph, shapes, false);
    }

    /**
     * Groups of a graph.
     *
     * @param throughLayerNorm whether the normalised axis of LayerNormalization may shrink too. Mean and variance are then taken over the
     *     channels that stay, so this needs fine-tuning
     */
    public static ChannelGroups of(Graph graph, ShapeInference shapes, boolean throughLayerNorm) {
        Couplings couplings = new Couplings(graph, shapes);
        new CouplingRules(graph, couplings, throughLayerNorm).apply();
        return new ChannelGroups(groups(graph, couplings), blocked(graph, couplings));
    }

    /** In topological order of their first producer. */
    public List<ChannelGroup> all() {
        return all;
    }

    /** Layers whose output channels have to stay, with the reason. */
    public List<String> notes() {
        return notes;
    }

    /** The group of this id. */
    public Optional<ChannelGroup> find(String id) {
        return all.stream().filter(group -> group.id().equals(id)).findFirst();
    }

    /** Classes by their members, in order of first appearance; then classes that lie on the same axes become one group. */
    private static List<ChannelGroup> groups(Graph graph, Couplings couplings) {
        Map<Integer, Map<Slot, List<Integer>>> classes = new LinkedHashMap<>();
        for (Slot slot : couplings.slots()) {
            for (int i = 0; i < couplings.size(slot); i++) {
                int root = couplings.find(slot, i);
                if (couplings.frozen(root) == null) {
                    classes.computeIfAbsent(root, key -> new LinkedHashMap<>())
                            .computeIfAbsent(slot, key -> new ArrayList<>())
                            .add(i);
                }
            }
        }
        Map<Set<Slot>, List<Map<Slot, List<Integer>>>> bySlots = new LinkedHashMap<>();
        classes.values()
                .forEach(members -> bySlots.computeIfAbsent(members.keySet(), key -> new ArrayList<>())
                        .add(members));
        Map<Integer, List<Set<Slot>>> byOwner = new TreeMap<>();
        bySlots.keySet()
                .forEach(slots -> owner(graph, couplings, slots)
                        .ifPresent(index -> byOwner.computeIfAbsent(index, key -> new ArrayList<>())
                                .add(slots)));
        Map<String, ChannelGroup> named = new LinkedHashMap<>();
        byOwner.forEach((index, owned) -> {
            for (Set<Slot> slots : owned) {
                String id = free(graph.nodes().get(index).label(), named.keySet());
                named.put(id, group(graph, couplings, id, slots, bySlots.get(slots)));
            }
        });
        return List.copyOf(named.values());
    }

    private static String free(String label, Set<String> taken) {
        String id = label;
        for (int i = 2; taken.contains(id); i++) {
            id = label + "#" + i;
        }
        return id;
    }

    /** The position of the first layer whose output channels these are; empty when no layer makes them. */
    private static Optional<Integer> owner(Graph graph, Couplings couplings, Set<Slot> slots) {
        for (int i = 0; i < graph.nodes().size(); i++) {
            String weight = graph.nodes().get(i).input(1);
            boolean made = !weight.isEmpty()
                    && graph.constant(weight).isPresent()
                    && slots.stream()
                            .anyMatch(slot -> slot.value().equals(weight) && couplings.role(slot) == Role.PRODUCES);
            if (made) {
                return Optional.of(i);
            }
        }
        return Optional.empty();
    }

    private static ChannelGroup group(
            Graph graph, Couplings couplings, String id, Set<Slot> slots, List<Map<Slot, List<Integer>>> units) {
        List<ChannelSlice> constants = new ArrayList<>();
        List<ChannelSlice> others = new ArrayList<>();
        for (Slot slot : slots) {
            boolean constant = graph.constant(slot.value()).isPresent();
            int[][] positions = units.stream()
                    .map(unit ->
                            unit.get(slot).stream().mapToInt(Integer::intValue).toArray())
                    .toArray(int[][]::new);
            (constant ? constants : others)
                    .add(new ChannelSlice(slot.value(), slot.axis(), couplings.role(slot), constant, positions));
        }
        constants.addAll(others);
        return new ChannelGroup(id, units.size(), constants);
    }

    private static List<String> blocked(Graph graph, Couplings couplings) {
        Set<String> notes = new LinkedHashSet<>();
        for (Node node : graph.nodes()) {
            String weight = node.input(1);
            if (weight.isEmpty() || graph.constant(weight).isEmpty()) {
                continue;
            }
            for (int axis = 0; axis < couplings.rank(weight); axis++) {
                Slot slot = new Slot(weight, axis);
                if (couplings.role(slot) == Role.PRODUCES && couplings.has(weight, axis)) {
                    String reason = couplings.frozen(couplings.find(slot, 0));
                    if (reason != null) {
                        notes.add("prune: " + node.label() + " keeps its " + couplings.size(slot) + " outputs: "
                                + reason);
                    }
                }
            }
        }
        return List.copyOf(notes);
    }
}
