package dev.edgewright.compression.graph;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.onnx.proto.GraphProto;
import dev.edgewright.compression.onnx.proto.ModelProto;
import dev.edgewright.compression.onnx.proto.OperatorSetIdProto;
import dev.edgewright.compression.onnx.proto.SparseTensorProto;
import dev.edgewright.compression.onnx.proto.StringStringEntryProto;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An ONNX model as an immutable graph. Nodes are in topological order; initialisers share their bytes with every graph made from this one.
 * What this class does not model (functions, metadata, training information, custom domains) is carried along untouched.
 *
 * <p>Change a graph with {@link #edit()}; build one by hand with {@link GraphBuilder}; read and write files with {@code OnnxFile}.
 */
public final class Graph {

    private final ModelProto shell;
    private final List<Node> nodes;
    private final Map<String, Tensor> initializers;
    private final List<ValueInfo> inputs;
    private final List<ValueInfo> outputs;
    private final Map<String, ValueInfo> valueInfo;
    private final Map<String, Node> producers = new HashMap<>();
    private final Map<String, List<Node>> consumers = new HashMap<>();
    private final Set<String> outputNames = new LinkedHashSet<>();
    private final Set<String> sparse = new LinkedHashSet<>();

    /**
     * Builds the indexes and checks that the graph is sound.
     *
     * @param shell the model without its nodes, initialisers, inputs, outputs and value annotations
     * @throws CompressionException MODEL_INVALID when a value is undefined, defined twice, or part of a cycle
     */
    Graph(
            ModelProto shell,
            Collection<Node> nodes,
            Collection<Tensor> initializers,
            List<ValueInfo> inputs,
            List<ValueInfo> outputs,
            Collection<ValueInfo> valueInfo) {
        this.shell = shell;
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        initializers.forEach(tensor -> tensors.put(tensor.name(), tensor));
        this.initializers = Collections.unmodifiableMap(tensors);
        Map<String, ValueInfo> infos = new LinkedHashMap<>();
        valueInfo.forEach(info -> infos.put(info.name(), info));
        this.valueInfo = Collections.unmodifiableMap(infos);
        for (SparseTensorProto tensor : shell.getGraph().getSparseInitializerList()) {
            sparse.add(tensor.getValues().getName());
        }
        outputs.forEach(output -> outputNames.add(output.name()));
        index(nodes);
        this.nodes = TopologicalOrder.of(nodes, producers);
    }

    /** Takes a model apart. Initialisers are given separately, because their bytes may lie outside the protobuf. */
    public static Graph of(ModelProto model, Collection<Tensor> initializers) {
        GraphProto graph = model.getGraph();
        ModelProto shell = model.toBuilder()
                .setGraph(graph.toBuilder()
                        .clearNode()
                        .clearInitializer()
                        .clearInput()
                        .clearOutput()
                        .clearValueInfo())
                .build();
        return new Graph(
                shell,
                graph.getNodeList().stream().map(Node::of).toList(),
                initializers,
                graph.getInputList().stream().map(ValueInfo::of).toList(),
                graph.getOutputList().stream().map(ValueInfo::of).toList(),
                graph.getValueInfoList().stream().map(ValueInfo::of).toList());
    }

    /** Takes a model apart whose initialisers all carry their own data. */
    public static Graph of(ModelProto model) {
        return of(
                model,
                model.getGraph().getInitializerList().stream().map(Tensor::of).toList());
    }

    private void index(Collection<Node> nodes) {
        Set<String> defined = new LinkedHashSet<>(initializers.keySet());
        inputs.forEach(input -> defined.add(input.name()));
        defined.addAll(sparse);
        for (Node node : nodes) {
            for (String output : node.outputs()) {
                if (output.isEmpty()) {
                    continue;
                }
                if (defined.contains(output) || producers.putIfAbsent(output, node) != null) {
                    throw new CompressionException(
                            Code.MODEL_INVALID,
                            "value " + output + " is defined twice, the second time by " + node.label());
                }
            }
        }
        for (Node node : nodes) {
            for (String read : node.reads()) {
                if (!defined.contains(read) && !producers.containsKey(read)) {
                    throw new CompressionException(
                            Code.MODEL_INVALID, "node " + node.label() + " reads " + read + ", which nothing defines");
                }
                consumers.computeIfAbsent(read, key -> new ArrayList<>()).add(node);
            }
        }
        for (String output : outputNames) {
            if (!defined.contains(output) && !producers.containsKey(output)) {
                throw new CompressionException(Code.MODEL_INVALID, "output " + output + " is not defined by anything");
            }
        }
    }

    public String name() {
        return shell.getGraph().getName();
    }

    /** The nodes in topological order; of several possible orders the one nearest to the file's. */
    public List<Node> nodes() {
        return nodes;
    }

    /** Every node with this standard operator. */
    public List<Node> nodes(String op) {
        return nodes.stream().filter(node -> node.is(op)).toList();
    }

    /** Initialisers by name, in file order. */
    public Map<String, Tensor> initializers() {
        return initializers;
    }

    /** The initialiser of this name, if it is one. */
    public Optional<Tensor> initializer(String name) {
        return Optional.ofNullable(initializers.get(name));
    }

    /**
     * The value as a constant that no caller can change: an initialiser that is not also a graph input, or the output of a Constant node
     * with a tensor.
     */
    public Optional<Tensor> constant(String name) {
        Tensor tensor = initializers.get(name);
        if (tensor != null) {
            return inputs.stream().anyMatch(input -> input.name().equals(name))
                    ? Optional.empty()
                    : Optional.of(tensor);
        }
        Node node = producers.get(name);
        return node == null ? Optional.empty() : Constants.of(node);
    }

    /** All declared inputs, those that only give an initialiser's type included (IR versions before 4). */
    public List<ValueInfo> inputs() {
        return inputs;
    }

    /** The inputs that a caller must feed. */
    public List<ValueInfo> feeds() {
        return inputs.stream()
                .filter(input -> !initializers.containsKey(input.name()))
                .toList();
    }

    public List<ValueInfo> outputs() {
        return outputs;
    }

    public boolean isOutput(String value) {
        return outputNames.contains(value);
    }

    /** Annotations of values in between; often absent. Graph inputs and outputs are not among them. */
    public Map<String, ValueInfo> valueInfo() {
        return valueInfo;
    }

    /** What is declared about a value, wherever it is declared. */
    public Optional<ValueInfo> info(String value) {
        ValueInfo info = valueInfo.get(value);
        if (info != null) {
            return Optional.of(info);
        }
        Tensor tensor = initializers.get(value);
        if (tensor != null) {
            return Optional.of(ValueInfo.tensor(value, tensor.type(), Shape.of(tensor.sizes())));
        }
        for (List<ValueInfo> declared : List.of(inputs, outputs)) {
            for (ValueInfo candidate : declared) {
                if (candidate.name().equals(value)) {
                    return Optional.of(candidate);
                }
            }
        }
        return Optional.empty();
    }

    /** The node that computes this value; empty for graph inputs and initialisers. */
    public Optional<Node> producer(String value) {
        return Optional.ofNullable(producers.get(value));
    }

    /** The nodes that read this value, from their subgraphs too, each once, in file order. */
    public List<Node> consumers(String value) {
        return Collections.unmodifiableList(consumers.getOrDefault(value, List.of()));
    }

    /** True when exactly one node reads this value, only once, and it is no graph output: it can be changed with that node. */
    public boolean hasOneUse(String value) {
        List<Node> readers = consumers(value);
        return readers.size() == 1
                && !isOutput(value)
                && !readers.get(0).captured().contains(value)
                && Collections.frequency(readers.get(0).inputs(), value) == 1;
    }

    /** Every name that is taken, so that a new one can avoid them. */
    Set<String> names() {
        Set<String> names = new LinkedHashSet<>(producers.keySet());
        names.addAll(initializers.keySet());
        names.addAll(sparse);
        names.addAll(consumers.keySet());
        inputs.forEach(input -> names.add(input.name()));
        nodes.forEach(node -> node.subgraphs().forEach(graph -> Names.collect(graph, names)));
        return names;
    }

    /** The version of the standard operator set; 1 when the model does not say. */
    public long opset() {
        return opset("");
    }

    /** The version of a domain's operator set; 1 when the model does not import it. */
    public long opset(String domain) {
        for (OperatorSetIdProto opset : shell.getOpsetImportList()) {
            if (opset.getDomain().equals(domain)
                    || domain.isEmpty() && opset.getDomain().equals("ai.onnx")) {
                return opset.getVersion();
            }
        }
        return 1;
    }

    /** Domain to version, as imported; the standard domain under the empty string. */
    public Map<String, Long> opsets() {
        Map<String, Long> opsets = new LinkedHashMap<>();
        shell.getOpsetImportList()
                .forEach(opset ->
                        opsets.put(opset.getDomain().equals("ai.onnx") ? "" : opset.getDomain(), opset.getVersion()));
        return opsets;
    }

    public Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        for (StringStringEntryProto entry : shell.getMetadataPropsList()) {
            metadata.put(entry.getKey(), entry.getValue());
        }
        return metadata;
    }

    /** Whether parts that this class does not model (training information, quantisation annotations) speak of values by name. */
    public boolean namesValuesElsewhere() {
        return shell.getTrainingInfoCount() > 0 || shell.getGraph().getQuantizationAnnotationCount() > 0;
    }

    /** The sum of the elements of all initialisers. */
    public long parameters() {
        return initializers.values().stream().mapToLong(Tensor::elements).sum();
    }

    /** The bytes of all initialisers. */
    public long weightBytes() {
        return initializers.values().stream().mapToLong(Tensor::bytes).sum();
    }

    /** Starts a change; this graph stays as it is. */
    public GraphEdit edit() {
        return new GraphEdit(this);
    }

    /** The model without nodes, initialisers, inputs, outputs and annotations. */
    public ModelProto shell() {
        return shell;
    }

    /**
     * The whole model as one protobuf, data inline.
     *
     * @throws CompressionException TENSOR_TOO_LARGE when the weights pass what one protobuf can hold; write a file instead
     */
    public ModelProto toModel() {
        if (weightBytes() > Integer.MAX_VALUE - (64L << 20)) {
            throw new CompressionException(
                    Code.TENSOR_TOO_LARGE,
                    weightBytes() + " bytes of weights do not fit one protobuf: write them as external data");
        }
        return assemble(initializers.values().stream().map(Tensor::inlineProto).toList());
    }

    /** The whole model with initialisers as the caller wants them written. */
    public ModelProto assemble(List<dev.edgewright.compression.onnx.proto.TensorProto> tensors) {
        GraphProto.Builder graph = shell.getGraph().toBuilder();
        nodes.forEach(node -> graph.addNode(node.proto()));
        graph.addAllInitializer(tensors);
        inputs.forEach(input -> graph.addInput(input.proto()));
        outputs.forEach(output -> graph.addOutput(output.proto()));
        valueInfo.values().forEach(info -> graph.addValueInfo(info.proto()));
        return shell.toBuilder().setGraph(graph).build();
    }

    /** A readable form, the same for the same graph: for golden tests and for people. */
    public String toText() {
        return GraphText.of(this);
    }

    @Override
    public String toString() {
        return "graph " + name() + " (" + nodes.size() + " nodes, " + parameters() + " parameters)";
    }
}
