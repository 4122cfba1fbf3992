package dev.edgewright.compression;

import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.evaluation.AccuracyResult;
import dev.edgewright.compression.evaluation.Evaluator;
import dev.edgewright.compression.evaluation.SaturationCost;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.prune.Cost;
import dev.edgewright.compression.quantize.InstructionSets;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import dev.edgewright.compression.runtime.ShapeInference;
import java.util.Optional;

/**
 * What a candidate with plain int8 weights would give on x86 without VNNI, where sums of two products stop at 16 bits: computed in integers on
 * whatever machine this is, over as many validation samples as some seconds allow.
 *
 * @param candidate its name
 * @param exact where nothing saturates
 * @param saturating without VNNI
 */
public record Saturation(String candidate, AccuracyResult exact, AccuracyResult saturating) {

    private static final double MULTIPLY_ADDS = 8e9;
    private static final long FEWEST = 64;

    /** What is lost by taking this file where it saturates, as {@link AccuracyResult#lossAgainst} counts. */
    public double lost() {
        return saturating.lossAgainst(exact);
    }

    /**
     * Empty for a candidate that computes the same everywhere, for one whose kernels cannot be emulated, and without data.
     *
     * @param original the model that the candidate was made from
     */
    public static Optional<Saturation> of(
            Candidate candidate, Candidate original, DataSource data, CompressionSettings settings) {
        if (data == null || candidate.requiresIsa().isEmpty()) {
            return Optional.empty();
        }
        Graph graph = OnnxFile.read(candidate.file());
        if (InstructionSets.hasKernels(graph)) {
            return Optional.empty(); // only layers in QDQ form can be emulated
        }
        Graph floats = OnnxFile.read(original.file());
        double macs = Math.max(Cost.macs(floats, ShapeInference.of(floats)), 1);
        Split few = data.validation().limit(Math.max(FEWEST, (long) (MULTIPLY_ADDS / macs)));
        Evaluator.Original reference;
        try (ModelSession session = ModelSession.open(original.file(), SessionSettings.single())) {
            reference = new Evaluator(few, data.task(), settings.batchSize()).original(session);
        }
        SaturationCost cost = SaturationCost.of(graph, few, data.task(), reference.reference(), settings.batchSize());
        return Optional.of(new Saturation(candidate.name(), cost.exact(), cost.saturating()));
    }
}
