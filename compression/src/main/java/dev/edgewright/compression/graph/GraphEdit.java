package dev.edgewright.compression.graph;

import dev.edgewright.compression.onnx.proto.ModelProto;
import dev.edgewright.compression.onnx.proto.OperatorSetIdProto;
import dev.edgewright.compression.onnx.proto.StringStringEntryProto;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A change in the making: collects removals, additions and renamings, then {@link #build()} gives a new graph that shares all weights with
 * the old one. Nodes may be added in any order; the result is sorted. Not thread-safe.
 */
public final class GraphEdit {

    private final Graph graph;
    private final Map<String, Tensor> initializers;
    private final Map<String, ValueInfo> valueInfo;
    private final Set<String> names;
    private final Map<Node, List<Node>> replacements = new IdentityHashMap<>();
    private final List<Node> added = new ArrayList<>();
    private final Map<String, String> renamedReads = new HashMap<>();
    private List<ValueInfo> inputs;
    private List<ValueInfo> outputs;
    private ModelProto.Builder shell;

    GraphEdit(Graph graph) {
        this.graph = graph;
        this.initializers = new LinkedHashMap<>(graph.initializers());
        this.valueInfo = new LinkedHashMap<>(graph.valueInfo());
        this.names = new HashSet<>(graph.names());
        this.inputs = graph.inputs();
        this.outputs = graph.outputs();
        this.shell = graph.shell().toBuilder();
    }

    /** A name for a value or node that nothing uses yet; the same for the same sequence of calls. */
    public String freshName(String wanted) {
        String name = wanted;
        for (int i = 1; !names.add(name); i++) {
            name = wanted + "_" + i;
        }
        return name;
    }

    /** Adds a node; it is placed just before the first node that needs it. */
    public GraphEdit add(Node node) {
        added.add(node);
        names.addAll(node.outputs());
        return this;
    }

    public GraphEdit addAll(Collection<Node> nodes) {
        nodes.forEach(this::add);
        return this;
    }

    /** Puts other nodes in place of a node of the original graph; none removes it. A later call for the same node wins. */
    public GraphEdit replace(Node node, Node... others) {
        replacements.put(node, List.of(others));
        for (Node other : others) {
            names.addAll(other.outputs());
        }
        return this;
    }

    /** Removes a node of the original graph. Whoever read its outputs must be redirected or removed too. */
    public GraphEdit remove(Node node) {
        return replace(node);
    }

    /** True when this edit already removes or replaces the node. */
    public boolean touches(Node node) {
        return replacements.containsKey(node);
    }

    /**
     * Makes every node that read {@code from} read {@code to} instead, inside subgraphs too. Graph outputs keep their name, so a value that
     * is an output needs {@link Graph#isOutput} looked at first. Renamings chain.
     */
    public GraphEdit redirect(String from, String to) {
        renamedReads.put(from, to);
        return this;
    }

    /** Adds an initialiser or replaces the one of the same name. */
    public GraphEdit put(Tensor tensor) {
        initializers.put(tensor.name(), tensor);
        names.add(tensor.name());
        return this;
    }

    /** Adds an initialiser under a name that is free, near to the tensor's own, and tells that name. */
    public String putFresh(Tensor tensor) {
        String name = freshName(tensor.name());
        initializers.put(name, tensor.withName(name));
        return name;
    }

    public GraphEdit removeInitializer(String name) {
        initializers.remove(name);
        return this;
    }

    public GraphEdit setInputs(List<ValueInfo> inputs) {
        this.inputs = List.copyOf(inputs);
        return this;
    }

    public GraphEdit setOutputs(List<ValueInfo> outputs) {
        this.outputs = List.copyOf(outputs);
        return this;
    }

    /** Annotates a value between the inputs and outputs. */
    public GraphEdit annotate(ValueInfo info) {
        valueInfo.put(info.name(), info);
        return this;
    }

    /** Forgets all annotations, for passes that change shapes. */
    public GraphEdit clearAnnotations() {
        valueInfo.clear();
        return this;
    }

    /** Imports a domain in this version, or changes the version. */
    public GraphEdit setOpset(String domain, long version) {
        for (int i = 0; i < shell.getOpsetImportCount(); i++) {
            String present = shell.getOpsetImport(i).getDomain();
            if (present.equals(domain) || domain.isEmpty() && present.equals("ai.onnx")) {
                shell.setOpsetImport(i, shell.getOpsetImport(i).toBuilder().setVersion(version));
                return this;
            }
        }
        shell.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version));
        return this;
    }

    /** Raises the file format version when it is lower; opsets need a minimum. */
    public GraphEdit raiseIrVersion(long version) {
        shell.setIrVersion(Math.max(shell.getIrVersion(), version));
        return this;
    }

    /** Sets a metadata entry of the model. */
    public GraphEdit setMetadata(String key, String value) {
        StringStringEntryProto entry =
                StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
        for (int i = 0; i < shell.getMetadataPropsCount(); i++) {
            if (shell.getMetadataProps(i).getKey().equals(key)) {
                shell.setMetadataProps(i, entry);
                return this;
            }
        }
        shell.addMetadataProps(entry);
        return this;
    }

    /**
     * The changed graph.
     *
     * @throws dev.edgewright.compression.CompressionException MODEL_INVALID when the change leaves a value undefined, defined twice or
     *     part of a cycle
     */
    public Graph build() {
        List<Node> nodes = new ArrayList<>();
        for (Node node : graph.nodes()) {
            nodes.addAll(replacements.getOrDefault(node, List.of(node)));
        }
        nodes.addAll(added);
        if (!renamedReads.isEmpty()) {
            nodes.replaceAll(this::renamed);
        }
        Set<String> present = new HashSet<>();
        nodes.forEach(node -> present.addAll(node.outputs()));
        valueInfo.keySet().removeIf(name -> !present.contains(name));
        return new Graph(shell.build(), nodes, initializers.values(), inputs, outputs, valueInfo.values());
    }

    private Node renamed(Node node) {
        Node changed = node;
        for (String read : node.reads()) {
            String to = resolve(read);
            if (!to.equals(read)) {
                changed = changed.withReadsRenamed(read, to);
            }
        }
        return changed;
    }

    private String resolve(String name) {
        String current = name;
        for (int hops = 0; renamedReads.containsKey(current); hops++) {
            if (hops > renamedReads.size()) {
                throw new IllegalStateException("renaming " + name + " leads back to itself");
            }
            current = renamedReads.get(current);
        }
        return current;
    }
}
