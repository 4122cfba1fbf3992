package dev.edgewright.compression.quantize;

import dev.edgewright.compression.calibration.ChannelRanges;
import dev.edgewright.compression.calibration.Range;
import java.util.Arrays;
import java.util.List;

/**
 * How the input of products is coded: channel j is divided by a factor, which the rows of the weights behind take over, and what comes out
 * gets one range. SmoothQuant (Xiao et al. 2022, arXiv 2211.10438), for values that are not only read by products: there the division is a
 * node of its own, so it is done only where much is gained.
 *
 * <p>Encoders of the BERT family carry a few channels that are far larger than the rest, at one token, from layer to layer. One range for all channels
 * must hold them, and the rest shares what few codes are left.
 *
 * @param factors one for each channel, powers of two; all 1 where nothing is divided
 * @param range of the divided value
 * @param left the noise that is predicted to be left of that without factors
 */
record ProductInput(float[] factors, Range range, double left) {

    private static final double[] SHARES = {1, 0.75, 0.5};
    private static final int HALF_OCTAVES = 12;
    private static final double WORTH_A_NODE = 0.5;
    private static final int STEPS = 255;

    /**
     * Divides channels above a threshold, by how far they are above it to the power of a share; both are searched.
     *
     * @param products that read the value, all of them
     */
    static ProductInput of(ChannelRanges channels, List<ConstantProducts> products) {
        float[] ones = new float[channels.channels()];
        Arrays.fill(ones, 1);
        double plain = noise(channels, products, ones);
        double best = plain * WORTH_A_NODE;
        float[] chosen = ones;
        float most = 0;
        for (int c = 0; c < ones.length; c++) {
            most = Math.max(most, size(channels, c));
        }
        for (double share : SHARES) {
            for (int step = 1; step <= HALF_OCTAVES; step++) {
                float[] factors = factors(channels, most * Math.pow(2, -0.5 * step), share);
                double noise = noise(channels, products, factors);
                if (noise < best) {
                    best = noise;
                    chosen = factors;
                }
            }
        }
        return new ProductInput(chosen, channels.range(chosen), chosen == ones ? 1 : best / plain);
    }

    private static float size(ChannelRanges channels, int channel) {
        return Math.max(Math.abs(channels.smallest(channel)), Math.abs(channels.largest(channel)));
    }

    private static float[] factors(ChannelRanges channels, double threshold, double share) {
        float[] factors = new float[channels.channels()];
        for (int c = 0; c < factors.length; c++) {
            double beyond = Math.max(size(channels, c) / threshold, 1);
            factors[c] = (float) Math.scalb(1.0, (int) Math.round(share * Math.log(beyond) / Math.log(2)));
        }
        return factors;
    }

    /**
     * The squared error that rounding is predicted to make at the products' outputs, as {@link Int8Noise}: of the activations, whose one step passes
     * through all weights, and of the weights, whose steps meet the mean square of the inputs.
     */
    private static double noise(ChannelRanges channels, List<ConstantProducts> products, float[] factors) {
        double step = channels.range(factors).width() / STEPS;
        double power = 0;
        for (int c = 0; c < factors.length; c++) {
            power += channels.meanSquare(c) / factors[c] / factors[c];
        }
        double noise = 0;
        for (ConstantProducts product : products) {
            float[] most = new float[product.columns()];
            double squares = 0;
            for (int row = 0; row < product.rows(); row++) {
                squares += rowSquares(product, row, most, factors[row]) * factors[row] * factors[row];
            }
            noise += step * step * squares;
            for (float one : most) {
                double weightStep = one / WeightCodes.EIGHT_BITS;
                noise += weightStep * weightStep * power;
            }
        }
        return noise;
    }

    private static float rowSquares(ConstantProducts product, int row, float[] most, float factor) {
        float[] weights = product.weights();
        int start = row * most.length;
        float squares = 0;
        for (int n = 0; n < most.length; n++) {
            float weight = weights[start + n];
            squares += weight * weight;
            most[n] = Math.max(most[n], Math.abs(weight) * factor);
        }
        return squares;
    }

    /** True where channels are divided. */
    boolean divides() {
        for (float factor : factors) {
            if (factor != 1) {
                return true;
            }
        }
        return false;
    }

    /** The product with the factors in the rows of its weights. */
    ConstantProducts taken(ConstantProducts product) {
        if (!divides()) {
            return product;
        }
        float[] weights = product.weights().clone();
        for (int i = 0; i < weights.length; i++) {
            weights[i] *= factors[i / product.columns()];
        }
        return new ConstantProducts(product.node(), weights, product.rows(), product.columns(), product.bias());
    }

    /** What the value is multiplied by. */
    float[] inverse() {
        float[] inverse = factors.clone();
        for (int c = 0; c < inverse.length; c++) {
            inverse[c] = 1 / inverse[c];
        }
        return inverse;
    }
}
