package dev.edgewright.compression.cleanup;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Rewrites operator sets 7 to 12 as set 13, the first with one scale for each channel. Attributes that became inputs become constants;
 * Softmax keeps its old meaning (over all axes from {@code axis} on) by flattening. Models that are newer stay as they are.
 */
public final class RaiseOpset implements Pass {

    /** The set that older models are raised to. */
    public static final long TARGET = 13;

    private static final long OLDEST = 7;

    @Override
    public String name() {
        return "raise-opset";
    }

    @Override
    public void requires(Graph graph, PassContext context) {
        if (graph.opset() < OLDEST) {
            throw new CompressionException(
                    Code.OPSET_UNSUPPORTED,
                    "operator set " + graph.opset() + " is too old; export the model with set " + TARGET + " or newer");
        }
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        long from = graph.opset();
        if (from >= TARGET) {
            return PassResult.unchanged(graph);
        }
        Optional<Node> subgraphs =
                graph.nodes().stream().filter(Node::hasSubgraphs).findFirst();
        if (subgraphs.isPresent()) {
            return PassResult.unchanged(
                    graph,
                    List.of("raise-opset: " + subgraphs.get().label() + " carries subgraphs; the model stays at set "
                            + from));
        }
        GraphEdit edit = graph.edit();
        for (Node node : graph.nodes()) {
            if (node.domain().isEmpty()) {
                raise(node, from, edit, context, graph);
            }
        }
        edit.setOpset("", TARGET).raiseIrVersion(7);
        return PassResult.changed(edit.build(), "raise-opset: from " + from + " to " + TARGET);
    }

    private static void raise(Node node, long from, GraphEdit edit, PassContext context, Graph graph) {
        switch (node.op()) {
            case "Clip" -> {
                if (from < 11) {
                    edit.replace(node, clip(node, edit));
                }
            }
            case "Pad" -> {
                if (from < 11) {
                    edit.replace(node, pad(node, edit));
                }
            }
            case "Slice" -> {
                if (from < 10) {
                    edit.replace(node, slice(node, edit));
                }
            }
            case "TopK" -> {
                if (from < 10) {
                    edit.replace(node, lists(node, edit, "k"));
                }
            }
            case "Squeeze", "Unsqueeze", "ReduceSum" -> edit.replace(node, lists(node, edit, "axes"));
            case "Split" -> edit.replace(node, lists(node, edit, "split"));
            case "Upsample", "Resize" -> {
                if (from < 11) {
                    edit.replace(node, resize(node, edit));
                }
            }
            case "Scatter" -> edit.replace(node, node.withOp("ScatterElements"));
            case "BatchNormalization" -> edit.replace(node, node.withoutAttribute("spatial"));
            case "Dropout" -> edit.replace(node, node.withoutAttribute("ratio")); // an input now, and only of training
            case "Softmax", "LogSoftmax", "Hardmax" ->
                flatten(node, edit, context.shapes(graph).rank(node.input(0)));
            default -> {} // the same in both sets
        }
    }

    /** An attribute with whole numbers becomes the next input. */
    private static Node lists(Node node, GraphEdit edit, String attribute) {
        Optional<Attribute> values = node.attribute(attribute);
        if (values.isEmpty()) {
            return node;
        }
        long[] list = attribute.equals("k")
                ? new long[] {values.get().intValue()}
                : values.get().intValues();
        String constant = edit.putFresh(Tensor.ofLongs(node.output(0) + "_" + attribute, list, list.length));
        return node.withoutAttribute(attribute).withInput(1, constant);
    }

    private static Node clip(Node node, GraphEdit edit) {
        Node changed = node.withoutAttribute("min").withoutAttribute("max");
        if (node.attribute("min").isPresent()) {
            changed = changed.withInput(
                    1, edit.putFresh(Tensor.scalar(node.output(0) + "_min", node.floatAttribute("min", 0))));
        }
        if (node.attribute("max").isPresent()) {
            changed = changed.withInput(
                    2, edit.putFresh(Tensor.scalar(node.output(0) + "_max", node.floatAttribute("max", 0))));
        }
        return changed;
    }

    private static Node pad(Node node, GraphEdit edit) {
        long[] pads = node.intsAttribute("pads");
        Node changed = node.withoutAttribute("pads").withoutAttribute("value");
        changed = changed.withInput(1, edit.putFresh(Tensor.ofLongs(node.output(0) + "_pads", pads, pads.length)));
        float value = node.floatAttribute("value", 0);
        return value == 0
                ? changed
                : changed.withInput(2, edit.putFresh(Tensor.scalar(node.output(0) + "_value", value)));
    }

    private static Node slice(Node node, GraphEdit edit) {
        Node changed = node;
        int input = 1;
        for (String attribute : List.of("starts", "ends", "axes")) {
            if (node.attribute(attribute).isPresent()) {
                long[] values = node.intsAttribute(attribute);
                changed = changed.withInput(
                        input, edit.putFresh(Tensor.ofLongs(node.output(0) + "_" + attribute, values, values.length)));
            }
            changed = changed.withoutAttribute(attribute);
            input++;
        }
        return changed;
    }

    /** Upsample, and Resize of set 10, scaled corner to corner without alignment and rounded down. */
    private static Node resize(Node node, GraphEdit edit) {
        String scales = node.input(1);
        Node changed = node.withOp("Resize");
        if (node.attribute("scales").isPresent()) {
            float[] values = node.attribute("scales").get().floatValues();
            scales = edit.putFresh(Tensor.ofFloats(node.output(0) + "_scales", values, values.length));
            changed = changed.withoutAttribute("scales");
        }
        return changed.withInputs(List.of(node.input(0), "", scales))
                .withAttribute(Attribute.ofString("coordinate_transformation_mode", "asymmetric"))
                .withAttribute(Attribute.ofString("nearest_mode", "floor"));
    }

    private static void flatten(Node node, GraphEdit edit, int rank) {
        long axis = node.intAttribute("axis", 1);
        Node last = node.withAttribute(Attribute.ofInt("axis", -1));
        if (axis == -1 || rank > 0 && axis == rank - 1) {
            edit.replace(node, last);
            return;
        }
        String x = node.input(0);
        String stem = node.output(0);
        String flat = edit.freshName(stem + "_flat");
        String scores = edit.freshName(stem + "_scores");
        String shape = edit.freshName(stem + "_shape");
        List<Node> nodes = new ArrayList<>();
        nodes.add(Node.of("Flatten", stem + "_flatten", List.of(x), List.of(flat), Attribute.ofInt("axis", axis)));
        nodes.add(last.withInputs(List.of(flat)).withOutputs(List.of(scores)));
        nodes.add(Node.of("Shape", stem + "_shape_of", List.of(x), List.of(shape)));
        nodes.add(Node.of("Reshape", stem + "_reshape", List.of(scores, shape), List.of(stem)));
        edit.replace(node, nodes.toArray(Node[]::new));
    }

    @Override
    public void ensures(Graph before, PassResult result) {
        Promises.sameInterface(name(), before, result.graph());
    }
}
