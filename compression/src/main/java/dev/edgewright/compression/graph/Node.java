package dev.edgewright.compression.graph;

import dev.edgewright.compression.onnx.proto.AttributeProto;
import dev.edgewright.compression.onnx.proto.GraphProto;
import dev.edgewright.compression.onnx.proto.NodeProto;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * One operator in a graph. Immutable; two nodes are equal only when they are the same object, so that a node can be named in an edit.
 * Everything that the file said about it (documentation, metadata, overload) stays.
 */
public final class Node {

    private final NodeProto proto;
    private final Set<String> captured;

    private Node(NodeProto proto) {
        this.proto = proto;
        this.captured = Subgraphs.captured(proto);
    }

    public static Node of(NodeProto proto) {
        return new Node(proto);
    }

    /** A node of the standard operator set. An empty input name means "left out". */
    public static Node of(String op, String name, List<String> inputs, List<String> outputs, Attribute... attributes) {
        return of("", op, name, inputs, outputs, attributes);
    }

    /** A node of any domain, such as {@code com.microsoft}. */
    public static Node of(
            String domain, String op, String name, List<String> inputs, List<String> outputs, Attribute... attributes) {
        NodeProto.Builder builder = NodeProto.newBuilder()
                .setOpType(op)
                .setName(name)
                .addAllInput(inputs)
                .addAllOutput(outputs);
        if (!domain.isEmpty()) {
            builder.setDomain(domain);
        }
        for (Attribute attribute : attributes) {
            builder.addAttribute(attribute.proto());
        }
        return new Node(builder.build());
    }

    public String op() {
        return proto.getOpType();
    }

    /** The operator's domain; empty for the standard one (also when the file spells it {@code ai.onnx}). */
    public String domain() {
        return proto.getDomain().equals("ai.onnx") ? "" : proto.getDomain();
    }

    /** True for an operator of the standard domain with this name. */
    public boolean is(String op) {
        return op().equals(op) && domain().isEmpty();
    }

    /** True for any of these operators of the standard domain. */
    public boolean isAnyOf(Set<String> ops) {
        return domain().isEmpty() && ops.contains(op());
    }

    /** The node's name, which may be empty and need not be unique. */
    public String name() {
        return proto.getName();
    }

    /** What to call this node in messages: its name, else its first output. */
    public String label() {
        return name().isEmpty()
                ? op() + ":" + (outputs().isEmpty() ? "?" : outputs().get(0))
                : name();
    }

    public List<String> inputs() {
        return proto.getInputList();
    }

    public List<String> outputs() {
        return proto.getOutputList();
    }

    /** The input at this position, empty when it was left out. */
    public String input(int index) {
        return index < proto.getInputCount() ? proto.getInput(index) : "";
    }

    /** The output at this position, empty when it was left out. */
    public String output(int index) {
        return index < proto.getOutputCount() ? proto.getOutput(index) : "";
    }

    public boolean hasInput(int index) {
        return !input(index).isEmpty();
    }

    /** Values of the enclosing graph that this node's subgraphs read. */
    public Set<String> captured() {
        return captured;
    }

    /** Every value this node reads, directly or from a subgraph, without repeats or blanks. */
    public Set<String> reads() {
        Set<String> reads = new LinkedHashSet<>(inputs());
        reads.remove("");
        reads.addAll(captured);
        return reads;
    }

    public List<Attribute> attributes() {
        return proto.getAttributeList().stream().map(Attribute::of).toList();
    }

    public Optional<Attribute> attribute(String name) {
        for (AttributeProto attribute : proto.getAttributeList()) {
            if (attribute.getName().equals(name)) {
                return Optional.of(Attribute.of(attribute));
            }
        }
        return Optional.empty();
    }

    public long intAttribute(String name, long otherwise) {
        return attribute(name).map(Attribute::intValue).orElse(otherwise);
    }

    public float floatAttribute(String name, float otherwise) {
        return attribute(name).map(Attribute::floatValue).orElse(otherwise);
    }

    public String stringAttribute(String name, String otherwise) {
        return attribute(name).map(Attribute::stringValue).orElse(otherwise);
    }

    public long[] intsAttribute(String name, long... otherwise) {
        return attribute(name).map(Attribute::intValues).orElse(otherwise);
    }

    /** The graphs this node carries (If, Loop, Scan), whole. */
    public List<GraphProto> subgraphs() {
        List<GraphProto> graphs = new ArrayList<>();
        for (AttributeProto attribute : proto.getAttributeList()) {
            if (attribute.hasG()) {
                graphs.add(attribute.getG());
            }
            graphs.addAll(attribute.getGraphsList());
        }
        return graphs;
    }

    /**
     * The node with the constants inside its subgraphs stored in another form; a Cast gives each back its type where it is read.
     *
     * @param stored the other form of a constant, empty to leave it
     */
    public Node withStoredConstants(Function<Tensor, Optional<Tensor>> stored) {
        return hasSubgraphs() ? new Node(SubgraphConstants.store(proto, stored)) : this;
    }

    public boolean hasSubgraphs() {
        return !subgraphs().isEmpty();
    }

    public Node withInputs(List<String> inputs) {
        return new Node(proto.toBuilder().clearInput().addAllInput(inputs).build());
    }

    /** The same node with one input changed; inputs in between are left out when it lies beyond the last. */
    public Node withInput(int index, String value) {
        List<String> inputs = new ArrayList<>(inputs());
        while (inputs.size() <= index) {
            inputs.add("");
        }
        inputs.set(index, value);
        return withInputs(inputs);
    }

    public Node withOutputs(List<String> outputs) {
        return new Node(proto.toBuilder().clearOutput().addAllOutput(outputs).build());
    }

    public Node withOutput(int index, String value) {
        return new Node(proto.toBuilder().setOutput(index, value).build());
    }

    public Node withName(String name) {
        return new Node(proto.toBuilder().setName(name).build());
    }

    /** The same node without the text and metadata that the file kept about it. */
    public Node withoutDocumentation() {
        return proto.getDocString().isEmpty() && proto.getMetadataPropsCount() == 0
                ? this
                : new Node(
                        proto.toBuilder().clearDocString().clearMetadataProps().build());
    }

    /** The same node as another operator of the same domain. */
    public Node withOp(String op) {
        return new Node(proto.toBuilder().setOpType(op).build());
    }

    /** The same node with an attribute set or replaced. */
    public Node withAttribute(Attribute attribute) {
        NodeProto.Builder builder = proto.toBuilder();
        for (int i = 0; i < builder.getAttributeCount(); i++) {
            if (builder.getAttribute(i).getName().equals(attribute.name())) {
                return new Node(builder.setAttribute(i, attribute.proto()).build());
            }
        }
        return new Node(builder.addAttribute(attribute.proto()).build());
    }

    public Node withoutAttribute(String name) {
        NodeProto.Builder builder = proto.toBuilder().clearAttribute();
        for (AttributeProto attribute : proto.getAttributeList()) {
            if (!attribute.getName().equals(name)) {
                builder.addAttribute(attribute);
            }
        }
        return new Node(builder.build());
    }

    /** The same node reading {@code to} wherever it read {@code from}, inside its subgraphs too. */
    public Node withReadsRenamed(String from, String to) {
        return reads().contains(from) ? new Node(Subgraphs.renameReads(proto, from, to)) : this;
    }

    /** The node as ONNX writes it. */
    public NodeProto proto() {
        return proto;
    }

    @Override
    public String toString() {
        return GraphText.line(this);
    }
}
