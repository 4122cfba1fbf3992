package dev.edgewright.compression.quantize;

import dev.edgewright.compression.calibration.Calibrator;
import java.util.Set;
import java.util.TreeSet;

/**
 * What static int8 may choose.
 *
 * @param calibrator how activation ranges are chosen
 * @param perChannel one weight scale for each output channel, else one for each weight
 * @param weightLimit the largest weight code, {@link WeightCodes#EIGHT_BITS} or {@link WeightCodes#SEVEN_BITS}
 * @param unsigned whether activations are uint8, else int8. The same numbers either way; see {@link #defaults}
 * @param depthwise whether depthwise convolutions are quantised
 * @param keepFloat nodes that stay float, by name or by first output
 */
public record StaticInt8Options(
        Calibrator calibrator,
        boolean perChannel,
        int weightLimit,
        boolean unsigned,
        boolean depthwise,
        Set<String> keepFloat) {

    public StaticInt8Options {
        if (weightLimit < 1 || weightLimit > 127) {
            throw new IllegalArgumentException("weight codes must fit int8, not " + weightLimit);
        }
        keepFloat = Set.copyOf(keepFloat);
    }

    /**
     * Per channel, 8 bits, mean squared error, depthwise included, uint8 activations. On x86 ONNX Runtime turns int8 activations into uint8
     * when it loads a model, but only those with a single reader: a value that branches (every residual connection) stays int8, its
     * neighbours become uint8, and the Conv between them falls back to float. uint8 in the file fuses everywhere; Arm has kernels for it too.
     */
    public static StaticInt8Options defaults() {
        return new StaticInt8Options(Calibrator.MSE, true, WeightCodes.EIGHT_BITS, true, true, Set.of());
    }

    public StaticInt8Options withCalibrator(Calibrator other) {
        return new StaticInt8Options(other, perChannel, weightLimit, unsigned, depthwise, keepFloat);
    }

    public StaticInt8Options withPerChannel(boolean other) {
        return new StaticInt8Options(calibrator, other, weightLimit, unsigned, depthwise, keepFloat);
    }

    public StaticInt8Options withWeightLimit(int other) {
        return new StaticInt8Options(calibrator, perChannel, other, unsigned, depthwise, keepFloat);
    }

    public StaticInt8Options withUnsigned(boolean other) {
        return new StaticInt8Options(calibrator, perChannel, weightLimit, other, depthwise, keepFloat);
    }

    public StaticInt8Options withDepthwise(boolean other) {
        return new StaticInt8Options(calibrator, perChannel, weightLimit, unsigned, other, keepFloat);
    }

    public StaticInt8Options withKeepFloat(Set<String> nodes) {
        return new StaticInt8Options(calibrator, perChannel, weightLimit, unsigned, depthwise, nodes);
    }

    /** For lineage: every choice, in a fixed order. */
    public String describe() {
        return "calibrator=" + calibrator.recipeName() + " weights=int" + (weightLimit > 63 ? 8 : 7)
                + (perChannel ? " per-channel" : " per-tensor")
                + (unsigned ? " activations=uint8" : " activations=int8") + (depthwise ? "" : " depthwise=float")
                + (keepFloat.isEmpty() ? "" : " keep-float=" + new TreeSet<>(keepFloat));
    }
}
