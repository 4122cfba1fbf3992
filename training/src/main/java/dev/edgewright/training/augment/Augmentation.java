package dev.edgewright.training.augment;

import java.util.List;
import java.util.SplittableRandom;

/** Changes one sample of a batch in place. */
@FunctionalInterface
public interface Augmentation {

    /**
     * @param batch samples one after another
     * @param offset where this sample begins
     * @param shape the sample's axes, [channels, height, width] for images
     */
    void apply(float[] batch, int offset, long[] shape, SplittableRandom random);

    static Augmentation none() {
        return (batch, offset, shape, random) -> {};
    }

    static Augmentation all(List<Augmentation> steps) {
        List<Augmentation> copy = List.copyOf(steps);
        return (batch, offset, shape, random) -> copy.forEach(step -> step.apply(batch, offset, shape, random));
    }

    /** Mirrors left and right every second time. */
    static Augmentation flip() {
        return (batch, offset, shape, random) -> {
            if (random.nextBoolean()) {
                return;
            }
            int width = (int) shape[2];
            int rows = (int) (shape[0] * shape[1]);
            for (int row = 0; row < rows; row++) {
                int left = offset + row * width;
                int right = left + width - 1;
                while (left < right) {
                    float swap = batch[left];
                    batch[left++] = batch[right];
                    batch[right--] = swap;
                }
            }
        };
    }

    /** Moves the image by up to {@code pixels} each way and fills the rim: the usual pad-and-crop. */
    static Augmentation shift(int pixels, float fill) {
        return (batch, offset, shape, random) -> {
            int dy = random.nextInt(-pixels, pixels + 1);
            int dx = random.nextInt(-pixels, pixels + 1);
            int height = (int) shape[1];
            int width = (int) shape[2];
            float[] plane = new float[height * width];
            for (int channel = 0; channel < shape[0]; channel++) {
                int base = offset + channel * height * width;
                System.arraycopy(batch, base, plane, 0, plane.length);
                for (int y = 0; y < height; y++) {
                    for (int x = 0; x < width; x++) {
                        int fromY = y + dy;
                        int fromX = x + dx;
                        boolean inside = fromY >= 0 && fromY < height && fromX >= 0 && fromX < width;
                        batch[base + y * width + x] = inside ? plane[fromY * width + fromX] : fill;
                    }
                }
            }
        };
    }

    /** Erases a square of {@code pixels} at a random place (DeVries and Taylor 2017, arXiv 1708.04552). */
    static Augmentation cutout(int pixels, float fill) {
        return (batch, offset, shape, random) -> {
            int height = (int) shape[1];
            int width = (int) shape[2];
            int top = random.nextInt(height) - pixels / 2;
            int left = random.nextInt(width) - pixels / 2;
            for (int channel = 0; channel < shape[0]; channel++) {
                for (int y = Math.max(0, top); y < Math.min(height, top + pixels); y++) {
                    for (int x = Math.max(0, left); x < Math.min(width, left + pixels); x++) {
                        batch[offset + (channel * height + y) * width + x] = fill;
                    }
                }
            }
        };
    }

    /**
     * Shows each sample in the same {@code count} views all through a training, one at random each time: a view follows from the sample's
     * content and its number alone. What a teacher says of a view then holds for every epoch.
     */
    static Augmentation views(int count, Augmentation change) {
        if (count < 1) {
            throw new IllegalArgumentException("a sample needs at least one view, not " + count);
        }
        return (batch, offset, shape, random) -> {
            long elements = 1;
            for (long length : shape) {
                elements *= length;
            }
            long content = random.nextInt(count);
            for (int i = offset; i < offset + elements; i++) {
                content = (content ^ Float.floatToRawIntBits(batch[i])) * 0x9E3779B97F4A7C15L;
                content ^= content >>> 29;
            }
            change.apply(batch, offset, shape, new SplittableRandom(content));
        };
    }
}
