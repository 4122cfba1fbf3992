package dev.edgewright.compression.quantize;

import dev.edgewright.compression.graph.Graph;
import java.util.List;

/** Which instruction sets a model needs in order to compute what was measured. */
public final class InstructionSets {

    /** Any of these multiplies 8-bit codes without saturating. */
    public static final String EXACT_INT8 = "avx512_vnni|avx_vnni|amx_int8|neon";

    private InstructionSets() {}

    /** Needs, each an alternative of names joined by '|'; empty when the model computes the same everywhere. */
    public static List<String> required(Graph graph) {
        boolean saturates =
                Int8Layer.of(graph).stream().anyMatch(layer -> layer.saturates() && SaturationFree.beyond(layer) > 0);
        return saturates ? List.of(EXACT_INT8) : List.of();
    }
}
