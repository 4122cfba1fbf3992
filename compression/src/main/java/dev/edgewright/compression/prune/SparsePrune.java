package dev.edgewright.compression.prune;

import com.github.luben.zstd.Zstd;
import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.quantize.StaticInt8;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Zeroes single weights: the smallest of the whole graph, or in every run of M weights along a layer's inputs all but the N largest. ONNX
 * Runtime computes with the zeros as with any number, so this buys no speed; what it buys, the compressed transfer, is in the lineage.
 *
 * <p>Weights of different layers are compared by their share of what is left of their own layer: Lee et al. 2021, LAMP (arXiv 2010.07611).
 */
public final class SparsePrune implements Pass {

    private static final Set<String> LAYERS = Set.of("Conv", "ConvTranspose", "Gemm", "MatMul");
    private static final int TRANSFER_LEVEL = 3;

    private final double sparsity;
    private final int keep;
    private final int of;

    private SparsePrune(double sparsity, int keep, int of) {
        this.sparsity = sparsity;
        this.keep = keep;
        this.of = of;
    }

    /** Zeroes this share of all weights of layers, at least 0 and below 1. */
    public static SparsePrune unstructured(double sparsity) {
        if (!(sparsity >= 0 && sparsity < 1)) {
            throw new IllegalArgumentException("sparsity must be at least 0 and below 1, not " + sparsity);
        }
        return new SparsePrune(sparsity, 0, 0);
    }

    /** Keeps the {@code keep} largest of every {@code of} weights. */
    public static SparsePrune pattern(int keep, int of) {
        if (keep < 1 || keep >= of) {
            throw new IllegalArgumentException("a pattern N:M keeps 1 to M-1 weights, not " + keep + ":" + of);
        }
        return new SparsePrune(0, keep, of);
    }

    @Override
    public String name() {
        return "sparsify";
    }

    @Override
    public void requires(Graph graph, PassContext context) {
        if (StaticInt8.isQuantized(graph)) {
            throw new CompressionException(
                    Code.ALREADY_QUANTIZED, "weights are zeroed before quantising; start from the float model");
        }
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        Map<String, Node> layers = layers(graph);
        if (layers.isEmpty()) {
            return PassResult.unchanged(graph, List.of("sparsify: no layer with constant float weights was found"));
        }
        GraphEdit edit = graph.edit();
        long zeros = 0;
        long all = 0;
        Map<String, float[]> weights = new LinkedHashMap<>();
        layers.keySet()
                .forEach(name ->
                        weights.put(name, graph.initializer(name).orElseThrow().toFloats()));
        if (of > 0) {
            layers.forEach((name, node) -> runs(graph.initializer(name).orElseThrow(), node, weights.get(name)));
        } else {
            smallest(weights);
        }
        for (Map.Entry<String, float[]> entry : weights.entrySet()) {
            edit.put(graph.initializer(entry.getKey()).orElseThrow().withFloats(entry.getValue()));
            all += entry.getValue().length;
            for (float value : entry.getValue()) {
                zeros += value == 0 ? 1 : 0;
            }
        }
        Graph sparse = edit.build();
        return PassResult.changed(
                sparse,
                String.format(
                        Locale.ROOT,
                        "sparsify: %s, %d of %d weights are zero; transfer after zstd %d -> %d bytes; no faster",
                        of > 0 ? keep + ":" + of : "unstructured " + sparsity,
                        zeros,
                        all,
                        transfer(graph),
                        transfer(sparse)));
    }

    /** Bytes of the weights after zstd, as chunks are sent. */
    static long transfer(Graph graph) {
        long bytes = 0;
        for (Tensor tensor : graph.initializers().values()) {
            byte[] plain = new byte[tensor.data().remaining()];
            tensor.data().get(plain);
            bytes += Zstd.compress(plain, TRANSFER_LEVEL).length;
        }
        return bytes;
    }

    private static Map<String, Node> layers(Graph graph) {
        Map<String, Node> layers = new LinkedHashMap<>();
        for (Node node : graph.nodes()) {
            boolean weighted = node.isAnyOf(LAYERS)
                    && graph.initializer(node.input(1))
                            .filter(tensor -> tensor.type() == ElementType.FLOAT && tensor.rank() >= 2)
                            .isPresent()
                    && graph.constant(node.input(1)).isPresent();
            if (weighted) {
                layers.putIfAbsent(node.input(1), node);
            }
        }
        return layers;
    }

    private record Scored(double score, float[] weights, int index) {}

    private void smallest(Map<String, float[]> weights) {
        List<Scored> scored = new ArrayList<>();
        for (float[] values : weights.values()) {
            int[] order = IntStream.range(0, values.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> -Math.abs(values[i])))
                    .mapToInt(Integer::intValue)
                    .toArray();
            double larger = 0;
            for (int i : order) {
                double square = (double) values[i] * values[i];
                larger += square;
                scored.add(new Scored(larger == 0 ? 0 : square / larger, values, i));
            }
        }
        scored.sort(Comparator.comparingDouble(Scored::score));
        long target = Math.round(sparsity * scored.size());
        for (int i = 0; i < target; i++) {
            scored.get(i).weights()[scored.get(i).index()] = 0;
        }
    }

    /** Runs along the layer's inputs: for each output the other axes in row-major order. */
    private void runs(Tensor weight, Node node, float[] values) {
        boolean outputsFirst = node.is("Conv") || node.is("Gemm") && node.intAttribute("transB", 0) != 0;
        int outputs = (int) weight.size(outputsFirst ? 0 : 1);
        int inputs = values.length / outputs;
        int inner = outputsFirst ? 1 : (int) (weight.elements() / weight.size(0) / weight.size(1));
        for (int output = 0; output < outputs; output++) {
            for (int start = 0; start + of <= inputs; start += of) {
                int[] run = new int[of];
                for (int i = 0; i < of; i++) {
                    int k = start + i;
                    run[i] = outputsFirst ? output * inputs + k : (k / inner * outputs + output) * inner + k % inner;
                }
                int[] ascending = IntStream.of(run)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> Math.abs(values[i])))
                        .mapToInt(Integer::intValue)
                        .toArray();
                for (int i = 0; i < of - keep; i++) {
                    values[ascending[i]] = 0;
                }
            }
        }
    }
}
