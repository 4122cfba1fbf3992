package dev.edgewright.compression.quantize;

import dev.edgewright.compression.calibration.Range;

/**
 * How an activation is coded: real = (code - zeroPoint) * scale, codes -128..127. Asymmetric, because x86 with VNNI and Arm are both fast
 * with it, and because ONNX Runtime drops a ReLU in front of QuantizeLinear only when the zero point is -128.
 *
 * @param scale the step, above 0
 * @param zeroPoint the code of zero
 */
public record ActivationParameters(float scale, int zeroPoint) {

    private static final int LOWEST = -128;
    private static final int LEVELS = 255;

    public ActivationParameters {
        if (!(scale > 0) || !Float.isFinite(scale)) {
            throw new IllegalArgumentException("a scale must be above 0 and finite, not " + scale);
        }
        if (zeroPoint < -128 || zeroPoint > 127) {
            throw new IllegalArgumentException("a zero point must fit int8, not " + zeroPoint);
        }
    }

    /** The parameters that cover a range. A range without width (only zeros were seen) gets the step 1. */
    public static ActivationParameters covering(Range range) {
        float scale = range.width() / LEVELS;
        if (!(scale >= Float.MIN_NORMAL)) {
            return new ActivationParameters(1, range.low() < 0 ? 127 : LOWEST);
        }
        int zeroPoint = Math.round(LOWEST - range.low() / scale);
        return new ActivationParameters(scale, Math.min(Math.max(zeroPoint, LOWEST), 127));
    }

    /** As {@link #covering}, with an upper end that no code passes, so that a Clip to it becomes redundant. */
    public static ActivationParameters within(Range range, float upper) {
        ActivationParameters parameters = covering(range);
        float scale = parameters.scale;
        while ((127 - parameters.zeroPoint) * scale > upper && scale > Float.MIN_NORMAL) {
            scale = Math.nextDown(scale);
        }
        return new ActivationParameters(scale, parameters.zeroPoint);
    }

    /** The value that a real number becomes. */
    public float roundTrip(float value) {
        double code = Math.rint((double) value / scale) + zeroPoint;
        return (float) ((Math.min(Math.max(code, -128), 127) - zeroPoint) * scale);
    }
}
