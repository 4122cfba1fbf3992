package dev.edgewright.compression.data.format;

/**
 * Changes the size of a picture one axis at a time, with a triangle filter that grows with the shrinking, so that no pixel is lost (the
 * usual antialiased bilinear resizing of training pipelines); values are rounded after each axis as 8-bit pipelines do.
 */
final class Resampler {

    /** Which source positions make one target position. */
    private record Tap(int from, float[] weights) {}

    private Resampler() {}

    static Pixels bilinear(Pixels image, int height, int width) {
        Pixels wide = width == image.width() ? image : horizontal(image, taps(image.width(), width));
        return height == image.height() ? wide : vertical(wide, taps(image.height(), height));
    }

    static Pixels nearest(Pixels image, int height, int width) {
        int channels = image.channels();
        float[] out = new float[height * width * channels];
        for (int y = 0; y < height; y++) {
            int fromY = (int) ((long) (2 * y + 1) * image.height() / (2L * height));
            for (int x = 0; x < width; x++) {
                int fromX = (int) ((long) (2 * x + 1) * image.width() / (2L * width));
                System.arraycopy(
                        image.values(),
                        (fromY * image.width() + fromX) * channels,
                        out,
                        (y * width + x) * channels,
                        channels);
            }
        }
        return new Pixels(height, width, channels, out);
    }

    private static Tap[] taps(int from, int to) {
        double scale = (double) from / to;
        double reach = Math.max(1, scale);
        Tap[] taps = new Tap[to];
        for (int i = 0; i < to; i++) {
            double centre = (i + 0.5) * scale;
            int first = Math.max(0, (int) (centre - reach + 0.5));
            int last = Math.min(from, (int) (centre + reach + 0.5));
            double[] raw = new double[last - first];
            double sum = 0;
            for (int k = first; k < last; k++) {
                raw[k - first] = Math.max(0, 1 - Math.abs((k + 0.5 - centre) / reach));
                sum += raw[k - first];
            }
            float[] weights = new float[raw.length];
            for (int k = 0; k < raw.length; k++) {
                weights[k] = (float) (raw[k] / sum);
            }
            taps[i] = new Tap(first, weights);
        }
        return taps;
    }

    private static Pixels horizontal(Pixels image, Tap[] taps) {
        int channels = image.channels();
        float[] out = new float[image.height() * taps.length * channels];
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < taps.length; x++) {
                for (int c = 0; c < channels; c++) {
                    float sum = 0;
                    for (int k = 0; k < taps[x].weights.length; k++) {
                        sum += taps[x].weights[k]
                                * image.values()[(y * image.width() + taps[x].from + k) * channels + c];
                    }
                    out[(y * taps.length + x) * channels + c] = rounded(sum);
                }
            }
        }
        return new Pixels(image.height(), taps.length, channels, out);
    }

    private static Pixels vertical(Pixels image, Tap[] taps) {
        int row = image.width() * image.channels();
        float[] out = new float[taps.length * row];
        for (int y = 0; y < taps.length; y++) {
            for (int i = 0; i < row; i++) {
                float sum = 0;
                for (int k = 0; k < taps[y].weights.length; k++) {
                    sum += taps[y].weights[k] * image.values()[(taps[y].from + k) * row + i];
                }
                out[y * row + i] = rounded(sum);
            }
        }
        return new Pixels(taps.length, image.width(), image.channels(), out);
    }

    private static float rounded(float value) {
        return Math.max(0, Math.min(255, Math.round(value)));
    }
}
