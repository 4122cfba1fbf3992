package dev.edgewright.compression.data.format;

import dev.edgewright.compression.data.format.ImagePreparation.Colours;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;

/**
 * A picture as numbers 0..255.
 *
 * @param height rows
 * @param width columns
 * @param channels numbers for each pixel
 * @param values [height, width, channels]
 */
record Pixels(int height, int width, int channels, float[] values) {

    /** Takes the channels that a model wants out of a decoded picture; transparency is ignored. */
    static Pixels of(BufferedImage image, Colours colours) {
        int height = image.getHeight();
        int width = image.getWidth();
        int channels = colours.channels();
        float[] values = new float[height * width * channels];
        // Java converts grey pixels through a linear colour space when asked for RGB, which makes them lighter: read
        // them as stored.
        Raster raster = image.getRaster();
        boolean gray = raster.getNumBands() <= 2 && !(image.getColorModel() instanceof java.awt.image.IndexColorModel);
        float full = (1L << image.getColorModel().getComponentSize(0)) - 1;
        int[] line = new int[width];
        for (int y = 0; y < height; y++) {
            if (gray) {
                raster.getSamples(0, y, width, 1, 0, line);
            } else {
                image.getRGB(0, y, width, 1, line, 0, width);
            }
            for (int x = 0; x < width; x++) {
                int at = (y * width + x) * channels;
                if (gray) {
                    float value = line[x] * 255 / full;
                    for (int c = 0; c < channels; c++) {
                        values[at + c] = value;
                    }
                } else {
                    colours(line[x], colours, values, at);
                }
            }
        }
        return new Pixels(height, width, channels, values);
    }

    private static void colours(int rgb, Colours colours, float[] values, int at) {
        int red = rgb >> 16 & 0xff;
        int green = rgb >> 8 & 0xff;
        int blue = rgb & 0xff;
        switch (colours) {
            case RGB -> {
                values[at] = red;
                values[at + 1] = green;
                values[at + 2] = blue;
            }
            case BGR -> {
                values[at] = blue;
                values[at + 1] = green;
                values[at + 2] = red;
            }
            default -> values[at] = Math.round(0.299f * red + 0.587f * green + 0.114f * blue);
        }
    }

    /** A part of the picture; what lies outside is filled. */
    Pixels window(int top, int left, int rows, int columns, float filling) {
        float[] part = new float[rows * columns * channels];
        java.util.Arrays.fill(part, filling);
        int first = Math.max(0, -left);
        int last = Math.min(columns, width - left);
        for (int y = Math.max(0, -top); y < Math.min(rows, height - top) && last > first; y++) {
            System.arraycopy(
                    values,
                    ((y + top) * width + first + left) * channels,
                    part,
                    (y * columns + first) * channels,
                    (last - first) * channels);
        }
        return new Pixels(rows, columns, channels, part);
    }

    /** Writes the values as C, H, W. */
    void copyPlanes(float[] target, int offset) {
        int plane = height * width;
        for (int i = 0; i < plane; i++) {
            for (int c = 0; c < channels; c++) {
                target[offset + c * plane + i] = values[i * channels + c];
            }
        }
    }
}
