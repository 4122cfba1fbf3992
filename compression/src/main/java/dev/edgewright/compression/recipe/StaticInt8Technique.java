package dev.edgewright.compression.recipe;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.calibration.Calibrator;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.quantize.SaturationFree;
import dev.edgewright.compression.quantize.StaticInt8;
import dev.edgewright.compression.quantize.StaticInt8Options;
import dev.edgewright.compression.quantize.WeightCodes;
import java.util.Arrays;
import java.util.Collections;
import java.util.Set;

/**
 * {@code int8-static}: calibrates and quantises. Parameters: {@code calibrator} (min-max, percentile, entropy, mse), {@code per-channel},
 * {@code weight-bits} (8 or 7), {@code activations} (uint8 or int8), {@code depthwise} (auto measures whether int8 is faster there), {@code keep-float} (a list of node names or
 * outputs), {@code target} (vnni, arm64, or avx2 for weights that cannot saturate), {@code bias-correction}, {@code equalize}, {@code smooth}
 * (each auto, true or false; auto keeps it where the error at the output falls) {@code rounding} (nearest, learned, or auto) and {@code tables} (true: embedding tables in int8 too).
 */
public final class StaticInt8Technique implements Technique {

    /** Who asks for one of these wants layers in QDQ form, self-attention among them. */
    private static final Set<String> FOR_LAYERS = Set.of(
            "calibrator",
            "per-channel",
            "weight-bits",
            "activations",
            "keep-float",
            "bias-correction",
            "equalize",
            "smooth",
            "rounding");

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
                "equalize",
                "smooth",
                "rounding",
                "tables",
                "target");
        StaticInt8Options options = StaticInt8Options.defaults()
                .withCalibrator(calibrator(parameters.text("calibrator", "mse")))
                .withPerChannel(parameters.flag("per-channel", true))
                .withWeightLimit(limit(parameters.integer("weight-bits", 8)))
                .withUnsigned(unsigned(parameters.text("activations", "uint8")))
                .withKeepFloat(parameters.texts("keep-float"));
        Pass int8 = new CalibratedInt8(
                options,
                choice(parameters, "depthwise", Choice.AUTO),
                choice(parameters, "bias-correction", Choice.AUTO),
                choice(parameters, "equalize", Choice.AUTO),
                choice(parameters, "smooth", Choice.AUTO),
                rounding(parameters.text("rounding", "nearest")));
        return switch (parameters.text("target", "vnni")) {
            case "vnni", "arm64" ->
                AroundProducts.tables(
                        Collections.disjoint(FOR_LAYERS, parameters.values().keySet())
                                ? new CalibratedProducts(int8)
                                : int8,
                        parameters);
            case "avx2" -> AroundProducts.tables(new WithoutSaturation(int8), parameters);
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

    private static Choice choice(StepParameters parameters, String key, Choice otherwise) {
        String text = parameters.text(key, otherwise.text());
        return Arrays.stream(Choice.values())
                .filter(choice -> choice.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new CompressionException(
                        Code.RECIPE_INVALID, key + " must be auto, true or false, not " + text));
    }

    private static Choice rounding(String name) {
        return switch (name) {
            case "nearest" -> Choice.NEVER;
            case "learned" -> Choice.ALWAYS;
            case "auto" -> Choice.AUTO;
            default ->
                throw new CompressionException(
                        Code.RECIPE_INVALID, "rounding must be nearest, learned or auto, not " + name);
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

    /** Quantises, and makes what came out exact on x86 without VNNI; a model without layers to quantise is left as it is. */
    private record WithoutSaturation(Pass int8) implements Pass {

        @Override
        public String name() {
            return int8.name();
        }

        @Override
        public void requires(Graph graph, PassContext context) {
            int8.requires(graph, context);
        }

        @Override
        public PassResult call(Graph graph, PassContext context) {
            PassResult result = int8.call(graph, context);
            return StaticInt8.isQuantized(result.graph())
                    ? result.then(new SaturationFree().apply(result.graph(), context))
                    : result;
        }
    }
}
