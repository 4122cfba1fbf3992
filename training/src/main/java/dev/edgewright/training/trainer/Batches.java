package dev.edgewright.training.trainer;

import dev.edgewright.training.augment.Augmentation;
import dev.edgewright.training.data.Feature;
import dev.edgewright.training.data.Samples;
import dev.edgewright.training.op.Value;
import dev.edgewright.training.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Reads samples in the order of an epoch, changed at random, with what they should lead to. Follows from seed and epoch alone. */
final class Batches {

    /**
     * @param columns for each feature, its values of all samples one after another: float[] or long[]
     * @param targets rows of class probabilities or of wanted numbers; null when there are neither
     * @param size number of samples
     */
    record Batch(List<Object> columns, float[] targets, int size) {

        /** Each feature as a tensor in the open scope. */
        List<Value> values(TensorBackend backend, List<Feature> features) {
            List<Value> values = new ArrayList<>();
            for (int f = 0; f < columns.size(); f++) {
                long[] shape = features.get(f).batch(size);
                values.add(new Value.Dense(
                        columns.get(f) instanceof float[] floats
                                ? backend.floats(floats, shape)
                                : backend.longs((long[]) columns.get(f), shape)));
            }
            return values;
        }
    }

    private final Samples samples;
    private final List<Feature> features;
    private final Augmentation augmentation;
    private final int batch;
    private final double labelSmoothing;
    private final double mixup;
    private final int width;
    private final int[] order;
    private final SplittableRandom random;

    private Batches(
            Samples samples,
            Augmentation augmentation,
            int batch,
            double labelSmoothing,
            double mixup,
            int width,
            SplittableRandom random) {
        this.samples = samples;
        this.features = samples.features();
        this.augmentation = augmentation;
        this.batch = batch;
        this.labelSmoothing = labelSmoothing;
        this.mixup = mixup;
        this.width = width;
        this.random = random;
        this.order = new int[samples.size()];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
    }

    /**
     * An epoch in its random order.
     *
     * @param width of the targets: classes of the head, numbers to come near to, 0 for neither
     */
    static Batches shuffled(
            Samples samples, Augmentation augmentation, TrainingSettings settings, int width, int epoch) {
        SplittableRandom random = new SplittableRandom(settings.seed() * 1_000_003L + epoch);
        Batches batches = new Batches(
                samples, augmentation, settings.batch(), settings.labelSmoothing(), settings.mixup(), width, random);
        for (int i = batches.order.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int swap = batches.order[i];
            batches.order[i] = batches.order[other];
            batches.order[other] = swap;
        }
        return batches;
    }

    /** All samples as they are, in their order, the last batch shorter. */
    static Batches inOrder(Samples samples, int batch, int width) {
        return new Batches(samples, Augmentation.none(), batch, 0, 0, width, new SplittableRandom(0));
    }

    static int count(Samples samples, TrainingSettings settings) {
        return Math.max(1, samples.size() / settings.batch());
    }

    /** The batch of this number, to be read in rising order. */
    Batch read(int number) {
        int from = number * batch;
        int size = Math.min(batch, order.length - from);
        List<Object> columns = new ArrayList<>();
        for (int f = 0; f < features.size(); f++) {
            columns.add(column(f, from, size));
        }
        float[] targets = width == 0 ? null : new float[size * width];
        if (targets != null) {
            fill(targets, from, size);
        }
        if (mixup > 0) {
            mix(columns, targets, size);
        }
        return new Batch(columns, targets, size);
    }

    private Object column(int f, int from, int size) {
        Feature feature = features.get(f);
        int elements = feature.elements();
        if (feature.kind() == Feature.Kind.LONGS) {
            long[] values = new long[size * elements];
            for (int i = 0; i < size; i++) {
                samples.read(f, order[from + i], values, i * elements);
            }
            return values;
        }
        float[] values = new float[size * elements];
        for (int i = 0; i < size; i++) {
            samples.read(f, order[from + i], values, i * elements);
            if (feature.isImage() || features.size() == 1) {
                augmentation.apply(values, i * elements, feature.shape(), random);
            }
        }
        return values;
    }

    private void fill(float[] targets, int from, int size) {
        boolean numbers = samples.targetWidth() > 0;
        for (int i = 0; i < size; i++) {
            if (numbers) {
                samples.target(order[from + i], targets, i * width);
            } else {
                Arrays.fill(targets, i * width, (i + 1) * width, (float) (labelSmoothing / width));
                targets[i * width + samples.label(order[from + i])] += (float) (1 - labelSmoothing);
            }
        }
    }

    private void mix(List<Object> columns, float[] targets, int size) {
        double a = gamma(mixup);
        double b = gamma(mixup);
        float share = a + b == 0 ? 1 : (float) (a / (a + b));
        for (int f = 0; f < columns.size(); f++) {
            blend((float[]) columns.get(f), size, features.get(f).elements(), share);
        }
        if (targets != null) {
            blend(targets, size, width, share);
        }
    }

    /** Blends each sample with the one opposite in the batch, one share for the whole batch. */
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
