package dev.edgewright.compression.recipe;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.calibration.ActivationStatistics;
import dev.edgewright.compression.calibration.Calibrator;
import dev.edgewright.compression.cleanup.Cleanup;
import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.pass.PassSequence;
import dev.edgewright.compression.quantize.BiasCorrection;
import dev.edgewright.compression.quantize.FusionVerifier;
import dev.edgewright.compression.quantize.SaturationFree;
import dev.edgewright.compression.quantize.StaticInt8;
import dev.edgewright.compression.quantize.StaticInt8Options;
import dev.edgewright.compression.quantize.WeightCodes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * {@code int8-static}: calibrates and quantises. Parameters: {@code calibrator} (min-max, percentile, entropy, mse), {@code per-channel},
 * {@code weight-bits} (8 or 7), {@code activations} (uint8 or int8), {@code depthwise}, {@code keep-float} (a list of node names or outputs), {@code target} (vnni, arm64, or avx2 for weights that cannot saturate), {@code bias-correction}.
 */
public final class StaticInt8Technique implements Technique {

    private static final int CALIBRATION_BATCH = 16;
    private static final int REPAIR_ROUNDS = 4;

    @Override
    public String name() {
        return "int8-static";
    }

    @Override
    public Pass pass(StepParameters parameters) {
        parameters.only(
                "calibrator",
                "per-channel",
                "weight-bits",
                "activations",
                "depthwise",
                "keep-float",
                "bias-correction",
                "target");
        StaticInt8Options options = StaticInt8Options.defaults()
                .withCalibrator(calibrator(parameters.text("calibrator", "mse")))
                .withPerChannel(parameters.flag("per-channel", true))
                .withWeightLimit(limit(parameters.integer("weight-bits", 8)))
                .withUnsigned(unsigned(parameters.text("activations", "uint8")))
                .withDepthwise(parameters.flag("depthwise", true))
                .withKeepFloat(parameters.texts("keep-float"));
        Pass int8 = new CalibratedInt8(options, parameters.flag("bias-correction", true));
        return switch (parameters.text("target", "vnni")) {
            case "vnni", "arm64" -> int8;
            case "avx2" -> new PassSequence("int8-static", List.of(int8, new SaturationFree()));
            default ->
                throw new CompressionException(
                        Code.RECIPE_INVALID,
                        "target must be vnni, arm64 or avx2, not " + parameters.text("target", ""));
        };
    }

    private static Calibrator calibrator(String name) {
        return Arrays.stream(Calibrator.values())
                .filter(calibrator -> calibrator.recipeName().equals(name))
                .findFirst()
                .orElseThrow(() -> new CompressionException(
                        Code.RECIPE_INVALID, "calibrator must be min-max, percentile, entropy or mse, not " + name));
    }

    private static int limit(int bits) {
        return switch (bits) {
            case 8 -> WeightCodes.EIGHT_BITS;
            case 7 -> WeightCodes.SEVEN_BITS;
            default -> throw new CompressionException(Code.RECIPE_INVALID, "weight-bits must be 8 or 7, not " + bits);
        };
    }

    private static boolean unsigned(String type) {
        return switch (type) {
            case "uint8" -> true;
            case "int8" -> false;
            default ->
                throw new CompressionException(Code.RECIPE_INVALID, "activations must be uint8 or int8, not " + type);
        };
    }

    /** Gathers statistics, then quantises. */
    private record CalibratedInt8(StaticInt8Options options, boolean corrects) implements Pass {

        @Override
        public String name() {
            return "int8-static";
        }

        @Override
        public void requires(Graph graph, PassContext context) {
            new StaticInt8(options, null).requires(graph, context);
            if (context.calibration().isEmpty()) {
                throw new CompressionException(
                        Code.DATA_REQUIRED, "static int8 needs calibration samples; give data, or use int8-dynamic");
            }
        }

        @Override
        public PassResult call(Graph graph, PassContext context) {
            PassResult prepared = Cleanup.forInt8().apply(graph, context);
            return prepared.then(calibrated(prepared.graph(), context));
        }

        private PassResult calibrated(Graph graph, PassContext context) {
            Split split = context.calibration().orElseThrow();
            Batching batching = Batching.of(graph.feeds(), CALIBRATION_BATCH);
            batching.check(split);
            ActivationStatistics statistics =
                    ActivationStatistics.gather(graph, split, StaticInt8.watched(graph, context), batching);
            PassResult result = repaired(graph, context, statistics);
            if (!corrects || !result.changed()) {
                return result;
            }
            Graph corrected = BiasCorrection.of(graph, result.graph(), statistics);
            PassResult again = repaired(corrected, context, statistics);
            List<String> lineage = new ArrayList<>(again.lineage());
            lineage.add("bias-correction: moved the biases of int8 layers by the means that rounding shifted");
            return new PassResult(again.graph(), true, lineage, again.notes());
        }

        /**
         * Quantises, looks at what ONNX Runtime makes of it, and gives back to float what did not fuse: a layer that is quantised on paper
         * only is slower than a float one.
         */
        private PassResult repaired(Graph graph, PassContext context, ActivationStatistics statistics) {
            StaticInt8Options current = options;
            List<String> notes = new ArrayList<>();
            PassResult result = new StaticInt8(current, statistics).apply(graph, context);
            for (int round = 0; round < REPAIR_ROUNDS && result.changed(); round++) {
                List<FusionVerifier.Unfused> unfused = FusionVerifier.verify(result.graph());
                if (unfused.isEmpty()) {
                    break;
                }
                Set<String> keep = new TreeSet<>(current.keepFloat());
                unfused.forEach(finding -> {
                    notes.add("int8: " + finding + "; it stays float");
                    keep.add(finding.layer());
                });
                current = current.withKeepFloat(keep);
                result = new StaticInt8(current, statistics).apply(graph, context);
            }
            List<String> all = new ArrayList<>(result.notes());
            all.addAll(notes);
            return new PassResult(result.graph(), result.changed(), result.lineage(), all);
        }
    }
}
