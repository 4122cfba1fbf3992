package dev.edgewright.compression.quantize;

import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes a plan into a graph as QuantizeLinear/DequantizeLinear pairs. */
final class QdqWriter {

    private static final Set<String> SILENTLY_QUANTIZED = Set.of("Conv", "ConvTranspose", "Gemm");

    private final Graph graph;
    private final Plan plan;
    private final Parameters parameters;
    private final StaticInt8Options options;
    private final GraphEdit edit;
    private final List<String> notes = new ArrayList<>();
    private final Map<String, String> codes = new HashMap<>();
    private final Map<String, String> guards = new HashMap<>();
    private final Map<String, String> dequantized = new LinkedHashMap<>();
    private final Map<String, String> floatNames = new HashMap<>();
    private final Map<String, String> scaleNames = new HashMap<>();
    private final Map<String, String> zeroNames = new HashMap<>();
    private final Map<String, String> weights = new HashMap<>();
    private final Map<Node, Node> rewritten = new IdentityHashMap<>();
    private final Set<Node> int8 = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<String> made = new HashSet<>(); // by int8 kernels

    QdqWriter(Graph graph, Plan plan, Parameters parameters, StaticInt8Options options) {
        this.graph = graph;
        this.plan = plan;
        this.parameters = parameters;
        this.options = options;
        this.edit = graph.edit();
    }

    Graph write() {
        for (Unit unit : plan.units()) {
            int8.add(unit.node());
            unit.clamp().ifPresent(int8::add);
            made.add(unit.output());
            if (unit.hasWeight()) {
                rewritten.put(unit.node(), weighted(unit));
            }
        }
        for (String value : plan.quantizedValues()) {
            pair(value);
        }
        for (Node node : graph.nodes()) {
            rewrite(node);
        }
        dropUnread();
        return edit.build();
    }

    List<String> notes() {
        return notes;
    }

    /** Adds Q and DQ behind a value. A graph output keeps its name on the DQ side, and the value itself gets another. */
    private void pair(String value) {
        ActivationParameters p = parameters.of(value);
        String scale = scale(value, p);
        String zero = zeroPoint(value, p);
        String source = value;
        String restored = edit.freshName(value + "_dequantized");
        if (graph.isOutput(value)) {
            source = edit.freshName(value + "_float");
            floatNames.put(value, source);
            restored = value;
        }
        String coded = edit.freshName(value + "_quantized");
        codes.put(value, coded);
        edit.add(Node.of(
                "QuantizeLinear",
                edit.freshName(value + "_QuantizeLinear"),
                List.of(source, scale, zero),
                List.of(coded)));
        edit.add(Node.of(
                "DequantizeLinear",
                edit.freshName(value + "_DequantizeLinear"),
                List.of(coded, scale, zero),
                List.of(restored)));
        dequantized.put(value, restored);
    }

    private String scale(String value, ActivationParameters p) {
        return scaleNames.computeIfAbsent(
                plan.source(value), key -> edit.putFresh(Tensor.scalar(key + "_scale", p.scale())));
    }

    private String zeroPoint(String value, ActivationParameters p) {
        return zeroNames.computeIfAbsent(plan.source(value), key -> edit.putFresh(zeroPointTensor(key, p)));
    }

    private Tensor zeroPointTensor(String value, ActivationParameters p) {
        String name = value + "_zero_point";
        return options.unsigned()
                ? Tensor.ofRaw(name, ElementType.UINT8, new long[0], new byte[] {(byte) (p.zeroPoint() + 128)})
                : Tensor.ofInt8(name, new byte[] {(byte) p.zeroPoint()});
    }

    /**
     * All readers of what an int8 kernel made read the dequantised value, int8 or not: a reader of the float value would break the kernel's
     * fusion. What a float kernel made, float kernels go on reading as it is: nothing is rounded on the way along a transformer's
     * skip connections.
     */
    private void rewrite(Node node) {
        Node changed = rewritten.getOrDefault(node, node);
        boolean floats = !int8.contains(node);
        if (changed == node && staysFloat(node) && !isFloatMade(node.input(0))) {
            changed = node.withInput(0, guarded(node));
        }
        for (String read : changed.reads()) {
            String restored = dequantized.get(read);
            if (restored != null && !restored.equals(read) && !(floats && isFloatMade(read))) {
                changed = changed.withReadsRenamed(read, restored);
            }
        }
        List<String> outputs = new ArrayList<>();
        for (String output : node.outputs()) {
            outputs.add(floatNames.getOrDefault(output, output));
        }
        if (!outputs.equals(node.outputs())) {
            changed = changed.withOutputs(outputs);
        }
        if (changed != node) {
            edit.replace(node, changed);
        }
    }

    /** True for a value that a float kernel computes and that is read under its own name. */
    private boolean isFloatMade(String value) {
        return !made.contains(value) && graph.producer(value).isPresent() && !graph.isOutput(value);
    }

    /** A layer with a constant float weight that reads a quantised value and is not to be int8 itself. */
    private boolean staysFloat(Node node) {
        return node.isAnyOf(SILENTLY_QUANTIZED)
                && codes.containsKey(node.input(0))
                && graph.constant(node.input(1))
                        .filter(weight -> weight.type() == ElementType.FLOAT)
                        .isPresent();
    }

    /**
     * A DequantizeLinear of its own for a float layer, with the one scale written once for each channel. ONNX Runtime quantises the weight
     * of any Conv or Gemm behind a DequantizeLinear with a single scale by itself, per tensor, whether it was meant to stay float or not;
     * behind one with a scale for each channel it leaves it alone. The numbers are the same.
     */
    private String guarded(Node node) {
        String value = node.input(0);
        Tensor weight = graph.constant(node.input(1)).orElseThrow();
        long channels = switch (node.op()) {
            case "Conv" -> weight.size(1) * node.intAttribute("group", 1);
            case "Gemm" -> weight.size(node.intAttribute("transB", 0) == 0 ? 0 : 1);
            default -> weight.size(0);
        };
        if (channels == 1 || node.is("Gemm") && node.intAttribute("transA", 0) != 0) {
            return value; // one channel is a single scale again; there is no way to keep such a layer float
        }
        return guards.computeIfAbsent(value + "/" + channels, key -> {
            ActivationParameters p = parameters.of(value);
            float[] scales = new float[(int) channels];
            byte[] zeros = new byte[(int) channels];
            Arrays.fill(scales, p.scale());
            Arrays.fill(zeros, (byte) (options.unsigned() ? p.zeroPoint() + 128 : p.zeroPoint()));
            ElementType type = options.unsigned() ? ElementType.UINT8 : ElementType.INT8;
            String scale = edit.putFresh(Tensor.ofFloats(value + "_scales", scales, channels));
            String zero = edit.putFresh(Tensor.ofRaw(value + "_zero_points", type, new long[] {channels}, zeros));
            String restored = edit.freshName(value + "_for_float");
            String name = edit.freshName(value + "_DequantizeLinear");
            List<String> inputs = List.of(codes.get(value), scale, zero);
            edit.add(Node.of("DequantizeLinear", name, inputs, List.of(restored), Attribute.ofInt("axis", 1)));
            return restored;
        });
    }

    private Node weighted(Unit unit) {
        Node node = unit.node();
        Tensor weight = graph.constant(node.input(1)).orElseThrow();
        int axis = node.is("Conv") ? 0 : node.is("MatMul") ? 1 : node.intAttribute("transB", 0) == 0 ? 1 : 0;
        ActivationParameters input = parameters.of(unit.activations().get(0));
        float[] bias = node.hasInput(2) && !node.is("MatMul")
                ? graph.constant(node.input(2)).orElseThrow().toFloats()
                : new float[0];
        WeightCodes codes = WeightCodes.of(
                weight, axis, options.perChannel(), options.weightLimit(), BiasCodes.leastScales(bias, input.scale()));
        Node changed = node.withInput(1, weightNode(node, weight, codes));
        if (bias.length > 0) {
            changed = changed.withInput(2, biasNode(node, bias, input.scale(), codes));
        }
        return changed;
    }

    private String weightNode(Node node, Tensor weight, WeightCodes codes) {
        String key = node.input(1) + "/" + codes.axis() + "/" + Arrays.hashCode(codes.scales());
        return weights.computeIfAbsent(key, unused -> {
            String stem = node.input(1);
            String quantized = edit.putFresh(Tensor.ofInt8(stem + "_quantized", codes.codes(), weight.sizes()));
            return dequantize(stem, quantized, codes.scales(), codes.axis(), false);
        });
    }

    private String biasNode(Node node, float[] bias, float inputScale, WeightCodes codes) {
        BiasCodes coded = BiasCodes.of(bias, inputScale, codes);
        String stem = node.input(2);
        String quantized = edit.putFresh(Tensor.ofInts(stem + "_quantized", coded.codes(), bias.length));
        return dequantize(stem, quantized, coded.scales(), 0, true);
    }

    private String dequantize(String stem, String codes, float[] scales, int axis, boolean isBias) {
        boolean single = scales.length == 1;
        long[] sizes = single ? new long[0] : new long[] {scales.length};
        String scale = edit.putFresh(Tensor.ofFloats(stem + "_scale", scales, sizes));
        String zero = edit.putFresh(
                isBias
                        ? Tensor.ofInts(stem + "_zero_point", new int[scales.length], sizes)
                        : Tensor.ofInt8(stem + "_zero_point", new byte[scales.length], sizes));
        String restored = edit.freshName(stem + "_dequantized");
        List<String> inputs = List.of(codes, scale, zero);
        Attribute[] attributes = single ? new Attribute[0] : new Attribute[] {Attribute.ofInt("axis", axis)};
        edit.add(Node.of(
                "DequantizeLinear", edit.freshName(stem + "_DequantizeLinear"), inputs, List.of(restored), attributes));
        return restored;
    }

    /** Float weights that only int8 layers read are not needed any more. */
    private void dropUnread() {
        Set<String> read = new HashSet<>();
        for (Node node : graph.nodes()) {
            Node now = rewritten.getOrDefault(node, node);
            read.addAll(now.reads());
        }
        for (String name : graph.initializers().keySet()) {
            if (!read.contains(name)
                    && !graph.isOutput(name)
                    && !graph.consumers(name).isEmpty()) {
                edit.removeInitializer(name);
            }
        }
    }
}
