package dev.edgewright.compression.quantize;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which instruction sets a model needs in order to compute what was measured. */
public final class InstructionSets {

    /** Any of these multiplies 8-bit codes without saturating. */
    public static final String EXACT_INT8 = "avx512_vnni|avx_vnni|amx_int8|neon";

    private static final Set<String> LAYERS = Set.of("Conv", "Gemm", "MatMul");
    private static final int SAFE = 64;

    private InstructionSets() {}

    /** Needs, each an alternative of names joined by '|'; empty when the model computes the same everywhere. */
    public static List<String> required(Graph graph) {
        for (Node node : graph.nodes("DequantizeLinear")) {
            Optional<Tensor> codes = graph.constant(node.input(0));
            boolean weight = codes.isPresent()
                    && codes.get().type() == ElementType.INT8
                    && codes.get().rank() >= 2
                    && graph.consumers(node.output(0)).stream().anyMatch(reader -> reader.isAnyOf(LAYERS));
            if (weight && canSaturate(codes.get())) {
                return List.of(EXACT_INT8);
            }
        }
        return List.of();
    }

    /** Two products of an unsigned byte and a code above 64 pass 16 bits, which is where x86 without VNNI saturates. */
    private static boolean canSaturate(Tensor codes) {
        for (long code : codes.toLongs()) {
            if (Math.abs(code) > SAFE) {
                return true;
            }
        }
        return false;
    }
}
