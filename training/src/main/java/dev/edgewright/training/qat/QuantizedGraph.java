package dev.edgewright.training.qat;

import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The two forms of a statically quantised graph: the file with QuantizeLinear, DequantizeLinear and integer weights, and the graph that
 * trains, with fake quantisation in the same places, float weights, and scales that learn. Where a scale stands in the file, there it
 * is trained; what training computes, the file computes.
 */
public final class QuantizedGraph {

    /**
     * How integers in the file come from floats in training.
     *
     * @param codes integer initialiser in the file
     * @param master float initialiser in training, of the same sizes
     * @param scale initialiser of the weight's scale; for a bias, the name of its own scale in the file
     * @param axis channel axis of a scale with many numbers
     * @param inputScale for a bias: the scale of the layer's input; null for a weight
     * @param weightScale for a bias: the scale of the layer's weight
     */
    private record Integers(
            String codes, String master, String scale, int axis, String inputScale, String weightScale) {}

    private static final float LOWEST_ACTIVATION = 0.5f;
    private static final float LOWEST_WEIGHT = 0.25f;
    /** Bias codes above this leave no room for a weight scale to shrink before int32 overflows. */
    private static final double LARGE_BIAS = 1 << 26;

    private final Graph file;
    private final Graph training;
    private final List<Integers> integers;
    private final int limit;

    private QuantizedGraph(Graph file, Graph training, List<Integers> integers, int limit) {
        this.file = file;
        this.training = training;
        this.integers = integers;
        this.limit = limit;
    }

    /**
     * Takes a quantised file apart.
     *
     * @param file what static int8 wrote
     * @param original the float graph that it was made from, for the weights before rounding; by name
     * @param limit largest weight code: 127 for 8 bits, 7 for 4 bits
     */
    public static QuantizedGraph of(Graph file, Graph original, int limit) {
        GraphEdit edit = file.edit().clearAnnotations().setOpset(FakeQuantization.DOMAIN, 1);
        List<Integers> integers = new ArrayList<>();
        Map<String, String> weightScaleOfReader = new HashMap<>();
        List<Node> biases = new ArrayList<>();
        for (Node node : file.nodes("DequantizeLinear")) {
            Tensor codes = file.initializer(node.input(0)).orElse(null);
            if (codes == null) {
                activation(file, edit, node);
            } else if (codes.type() == ElementType.INT32) {
                biases.add(node);
            } else {
                integers.add(weight(file, original, edit, node, codes, limit));
                for (Node reader : file.consumers(node.output(0))) {
                    weightScaleOfReader.put(reader.output(0), node.input(1));
                }
            }
        }
        for (Node node : biases) {
            integers.add(bias(file, original, edit, node, weightScaleOfReader));
        }
        Graph training = edit.build();
        GraphEdit drop = training.edit();
        training.initializers().keySet().stream()
                .filter(name -> training.consumers(name).isEmpty())
                .forEach(drop::removeInitializer);
        return new QuantizedGraph(file, drop.build(), integers, limit);
    }

    /** Q then DQ on an activation become one node; the Q goes with the last DQ that reads it. */
    private static void activation(Graph file, GraphEdit edit, Node dequantize) {
        Node quantize = file.producer(dequantize.input(0))
                .filter(node -> node.is("QuantizeLinear"))
                .orElseThrow(() -> new TrainingException(
                        Code.OPERATOR_FORM_UNSUPPORTED,
                        "DequantizeLinear " + dequantize.label() + " does not follow a QuantizeLinear: not a file of"
                                + " static int8"));
        Optional<ElementType> type =
                file.initializer(quantize.input(2)).map(Tensor::type).or(() -> Optional.of(ElementType.UINT8));
        boolean unsigned = type.orElseThrow() == ElementType.UINT8;
        edit.replace(
                dequantize,
                Node.of(
                        FakeQuantization.DOMAIN,
                        FakeQuantization.ACTIVATION,
                        dequantize.name(),
                        List.of(quantize.input(0), quantize.input(1), quantize.input(2)),
                        dequantize.outputs(),
                        Attribute.ofInt("low", unsigned ? 0 : -128),
                        Attribute.ofInt("high", unsigned ? 255 : 127)));
        if (file.consumers(quantize.output(0)).indexOf(dequantize) == 0) {
            edit.remove(quantize);
        }
    }

    private static Integers weight(Graph file, Graph original, GraphEdit edit, Node node, Tensor codes, int limit) {
        Tensor scale = file.initializer(node.input(1)).orElseThrow();
        int axis = (int) node.intAttribute("axis", scale.elements() == 1 ? 0 : 1);
        String stem = codes.name().replaceAll("_quantized\\d*$", "");
        Tensor float32 = original.initializer(stem)
                .filter(tensor -> java.util.Arrays.equals(tensor.sizes(), codes.sizes()))
                .orElse(null);
        float[] values = float32 != null ? float32.toFloats() : dequantized(codes, scale, axis);
        String master = edit.putFresh(Tensor.ofFloats(stem + "_master", values, codes.sizes()));
        edit.replace(
                node,
                Node.of(
                        FakeQuantization.DOMAIN,
                        FakeQuantization.WEIGHT,
                        node.name(),
                        List.of(master, node.input(1)),
                        node.outputs(),
                        Attribute.ofInt("axis", axis),
                        Attribute.ofInt("limit", limit)));
        return new Integers(codes.name(), master, node.input(1), axis, null, null);
    }

    private static Integers bias(
            Graph file, Graph original, GraphEdit edit, Node node, Map<String, String> weightScaleOfReader) {
        Tensor codes = file.initializer(node.input(0)).orElseThrow();
        Tensor scale = file.initializer(node.input(1)).orElseThrow();
        Node layer = file.consumers(node.output(0)).get(0);
        String inputScale = file.producer(layer.input(0)).orElseThrow().input(1);
        String weightScale = weightScaleOfReader.get(layer.output(0));
        String stem = codes.name().replaceAll("_quantized\\d*$", "");
        float[] values = original.initializer(stem)
                .filter(tensor -> tensor.elements() == codes.elements())
                .map(Tensor::toFloats)
                .orElseGet(() -> dequantized(codes, scale, 0));
        String master = edit.putFresh(Tensor.ofFloats(stem + "_master", values, codes.sizes()));
        edit.replace(
                node,
                Node.of(
                        FakeQuantization.DOMAIN,
                        FakeQuantization.BIAS,
                        node.name(),
                        List.of(master, inputScale, weightScale),
                        node.outputs()));
        return new Integers(codes.name(), master, node.input(1), 0, inputScale, weightScale);
    }

    private static float[] dequantized(Tensor codes, Tensor scale, int axis) {
        long[] integers = codes.toLongs();
        float[] scales = scale.toFloats();
        long inner = 1;
        for (int i = axis + 1; i < codes.rank(); i++) {
            inner *= codes.size(i);
        }
        float[] values = new float[integers.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = integers[i] * scales[(int) (i / inner % scales.length)];
        }
        return values;
    }

    /** The graph to train. Its operators are those of {@link QuantizationAwareTraining}. */
    public Graph training() {
        return training;
    }

    /** How far the scales may move in training. */
    ScaleBounds scaleBounds() {
        ScaleBounds bounds = new ScaleBounds();
        for (Node node : training.nodes()) {
            if (node.op().equals(FakeQuantization.ACTIVATION)) {
                bounds.bound(node.input(1), scale(node.input(1)), new float[] {LOWEST_ACTIVATION});
            } else if (node.op().equals(FakeQuantization.WEIGHT)) {
                float[] scales = scale(node.input(1));
                float[] lowest = new float[scales.length];
                java.util.Arrays.fill(lowest, LOWEST_WEIGHT);
                bounds.bound(node.input(1), scales, lowest);
            }
        }
        for (Integers entry : integers) {
            if (entry.inputScale() != null) {
                float[] weight = scale(entry.weightScale());
                float[] bias =
                        training.initializer(entry.master()).orElseThrow().toFloats();
                float input = scale(entry.inputScale())[0];
                float[] lowest = new float[weight.length];
                java.util.Arrays.fill(lowest, LOWEST_WEIGHT);
                for (int i = 0; i < bias.length; i++) {
                    int channel = weight.length == 1 ? 0 : i;
                    boolean large = Math.abs(bias[i]) / ((double) weight[channel] * input) > LARGE_BIAS;
                    lowest[channel] = large ? 1 : lowest[channel];
                }
                bounds.bound(entry.weightScale(), weight, lowest);
            }
        }
        return bounds;
    }

    private float[] scale(String name) {
        return training.initializer(name).orElseThrow().toFloats();
    }

    /** The file with trained weights and scales. Bias scales follow from the others. */
    public Graph export(Graph trained) {
        GraphEdit edit = file.edit();
        Map<String, Tensor> scales = new LinkedHashMap<>();
        file.initializers().forEach((name, tensor) -> {
            if (tensor.type() == ElementType.FLOAT) {
                trained.initializer(name).ifPresent(now -> {
                    edit.put(now);
                    scales.put(name, now);
                });
            }
        });
        for (Integers entry : integers) {
            Tensor master = trained.initializer(entry.master()).orElseThrow();
            Tensor codes = file.initializer(entry.codes()).orElseThrow();
            if (entry.inputScale() == null) {
                float[] scale = scales.get(entry.scale()).toFloats();
                edit.put(Tensor.ofInt8(entry.codes(), weightCodes(master, scale, entry.axis()), codes.sizes()));
            } else {
                float input = scales.get(entry.inputScale()).toFloats()[0];
                float[] weight = scales.get(entry.weightScale()).toFloats();
                float[] step = new float[weight.length];
                for (int i = 0; i < step.length; i++) {
                    step[i] = weight[i] * input;
                }
                float[] bias = master.toFloats();
                int[] integer = new int[bias.length];
                for (int i = 0; i < integer.length; i++) {
                    integer[i] = (int) Math.rint(bias[i] / step[step.length == 1 ? 0 : i]);
                }
                edit.put(Tensor.ofInts(entry.codes(), integer, codes.sizes()));
                edit.put(file.initializer(entry.scale()).orElseThrow().withFloats(step));
            }
        }
        return edit.build();
    }

    private byte[] weightCodes(Tensor master, float[] scales, int axis) {
        float[] values = master.toFloats();
        long inner = 1;
        for (int i = axis + 1; i < master.rank(); i++) {
            inner *= master.size(i);
        }
        byte[] codes = new byte[values.length];
        for (int i = 0; i < codes.length; i++) {
            double code = Math.rint(values[i] / scales[scales.length == 1 ? 0 : (int) (i / inner % scales.length)]);
            codes[i] = (byte) Math.max(-limit, Math.min(limit, code));
        }
        return codes;
    }
}
