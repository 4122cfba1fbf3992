package dev.edgewright.training.trainer;

import dev.edgewright.training.augment.Augmentation;
import dev.edgewright.training.data.Samples;
import java.util.SplittableRandom;

/** Reads samples in the order of an epoch, changed at random, with their target distributions. Follows from seed and epoch alone. */
final class Batches {

    /**
     * @param inputs samples one after another
     * @param targets rows of class probabilities, or null without labels
     * @param labels classes, -1 without labels
     * @param size number of samples
     */
    record Batch(float[] inputs, float[] targets, int[] labels, int size) {}

    private final Samples samples;
    private final Augmentation augmentation;
    private final TrainingSettings settings;
    private final int classes;
    private final int[] order;
    private final SplittableRandom random;

    /** @param classes width of the head, 0 without labels */
    Batches(Samples samples, Augmentation augmentation, TrainingSettings settings, int classes, int epoch) {
        this.samples = samples;
        this.augmentation = augmentation;
        this.settings = settings;
        this.classes = classes;
        this.random = new SplittableRandom(settings.seed() * 1_000_003L + epoch);
        this.order = new int[samples.size()];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        for (int i = order.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int swap = order[i];
            order[i] = order[other];
            order[other] = swap;
        }
    }

    static int count(Samples samples, TrainingSettings settings) {
        return Math.max(1, samples.size() / settings.batch());
    }

    /** The batch of this number, to be read in rising order. */
    Batch read(int number) {
        int from = number * settings.batch();
        int size = Math.min(settings.batch(), order.length - from);
        int elements = samples.elements();
        long[] shape = samples.shape();
        float[] inputs = new float[size * elements];
        int[] labels = new int[size];
        float[] targets = classes == 0 ? null : new float[size * classes];
        float floor = classes == 0 ? 0 : (float) (settings.labelSmoothing() / classes);
        for (int i = 0; i < size; i++) {
            samples.read(order[from + i], inputs, i * elements);
            augmentation.apply(inputs, i * elements, shape, random);
            labels[i] = samples.label(order[from + i]);
            if (targets != null) {
                java.util.Arrays.fill(targets, i * classes, (i + 1) * classes, floor);
                targets[i * classes + labels[i]] += (float) (1 - settings.labelSmoothing());
            }
        }
        if (settings.mixup() > 0) {
            mix(inputs, targets, size, elements);
        }
        return new Batch(inputs, targets, labels, size);
    }

    /** Blends each sample with the one opposite in the batch, one share for the whole batch. */
    private void mix(float[] inputs, float[] targets, int size, int elements) {
        double a = gamma(settings.mixup());
        double b = gamma(settings.mixup());
        float share = a + b == 0 ? 1 : (float) (a / (a + b));
        blend(inputs, size, elements, share);
        if (targets != null) {
            blend(targets, size, classes, share);
        }
    }

    private static void blend(float[] values, int rows, int width, float share) {
        float[] copy = values.clone();
        for (int row = 0; row < rows; row++) {
            int other = rows - 1 - row;
            for (int i = 0; i < width; i++) {
                values[row * width + i] = share * copy[row * width + i] + (1 - share) * copy[other * width + i];
            }
        }
    }

    /** A gamma variate (Marsaglia and Tsang 2000), raised for shapes below one. */
    private double gamma(double shape) {
        if (shape < 1) {
            return gamma(shape + 1) * Math.pow(random.nextDouble(), 1 / shape);
        }
        double d = shape - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = gaussian();
            double v = Math.pow(1 + c * x, 3);
            if (v > 0 && Math.log(1 - random.nextDouble()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
                return d * v;
            }
        }
    }

    private double gaussian() {
        return Math.sqrt(-2 * Math.log(1 - random.nextDouble())) * Math.cos(2 * Math.PI * random.nextDouble());
    }
}
