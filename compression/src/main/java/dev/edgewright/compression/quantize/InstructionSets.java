package dev.edgewright.compression.quantize;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;

/** Which instruction sets a model needs in order to compute what was measured. */
public final class InstructionSets {

    /** Any of these multiplies 8-bit codes without saturating. */
    public static final String EXACT_INT8 = "avx512_vnni|avx_vnni|amx_int8|neon";

    /** Kernels that {@link StaticProducts} writes, with the codes of their weights, [K, N], as second input. */
    private static final Set<String> KERNELS = Set.of("MatMulIntegerToFloat", "QAttention");

    private InstructionSets() {}

    /** Needs, each an alternative of names joined by '|'; empty when the model computes the same everywhere. */
    public static List<String> required(Graph graph) {
        boolean saturates =
                Int8Layer.of(graph).stream().anyMatch(layer -> layer.saturates() && SaturationFree.beyond(layer) > 0);
        return saturates || hasKernels(graph) && kernelSaturates(graph) ? List.of(EXACT_INT8) : List.of();
    }

    /** Whether products are written as kernels with calibrated ranges, which the emulation of saturation does not know. */
    public static boolean hasKernels(Graph graph) {
        return graph.nodes().stream().anyMatch(node -> node.op().equals("MatMulIntegerToFloat"));
    }

    private static boolean kernelSaturates(Graph graph) {
        return graph.nodes().stream()
                .filter(node -> KERNELS.contains(node.op()))
                .anyMatch(node -> passes16Bits(graph, node));
    }

    private static boolean passes16Bits(Graph graph, Node node) {
        Tensor weight = graph.constant(node.input(1)).orElse(null);
        if (weight == null || weight.type() != ElementType.INT8 || weight.rank() != 2) {
            return false;
        }
        ByteBuffer codes = weight.data();
        int columns = (int) weight.size(1);
        for (int row = 0; row + 1 < weight.size(0); row += 2) {
            for (int n = 0; n < columns; n++) {
                if (SaturationFree.excess(codes.get(row * columns + n), codes.get((row + 1) * columns + n)) > 0) {
                    return true;
                }
            }
        }
        return false;
    }
}
