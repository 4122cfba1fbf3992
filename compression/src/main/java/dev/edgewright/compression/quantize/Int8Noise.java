package dev.edgewright.compression.quantize;

/**
 * The noise that int8 is predicted to make at a layer's outputs, from what is known of its input channels: rounding to a step D adds D^2/12 to
 * every code. Activations share one step, so their noise passes through all weights; each output's weights share one, so theirs meets the
 * mean square of all inputs. A prediction to compare forms of the same layer with, not a measurement.
 */
final class Int8Noise {

    private static final int ACTIVATION_STEPS = 255;

    private Int8Noise() {}

    /**
     * The sum over the outputs of their mean squared errors.
     *
     * @param largest the largest absolute value of each input channel
     * @param meanSquares the mean square of each input channel
     * @param factors channel i of the input is divided by factor i and its weights are multiplied by it
     * @param signed whether the input has both signs
     */
    static double of(WeightAxes layer, float[] largest, float[] meanSquares, float[] factors, boolean signed) {
        double high = 0;
        double power = 0;
        double perInput = (double) layer.weight().elements() / layer.outputs() / layer.inputs();
        for (int c = 0; c < largest.length; c++) {
            high = Math.max(high, largest[c] / factors[c]);
            power += meanSquares[c] / factors[c] / factors[c] * perInput;
        }
        double step = (signed ? 2 : 1) * high / ACTIVATION_STEPS;
        float[] weight = layer.weight().toFloats();
        double[] most = new double[layer.outputs()];
        double squares = 0;
        for (int i = 0; i < weight.length; i++) {
            double scaled = (double) weight[i] * factors[layer.input(i)];
            squares += scaled * scaled;
            most[layer.output(i)] = Math.max(most[layer.output(i)], Math.abs(scaled));
        }
        double noise = step * step / 12 * squares;
        for (double one : most) {
            double weightStep = one / WeightCodes.EIGHT_BITS;
            noise += weightStep * weightStep / 12 * power;
        }
        return noise;
    }
}
