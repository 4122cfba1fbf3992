package dev.edgewright.training.loss;

import dev.edgewright.training.tensor.Tensor;

/** Losses over a batch; each gives one number, the mean over the samples. */
public final class Losses {

    private Losses() {}

    /**
     * Cross-entropy between classes and a target distribution.
     *
     * @param logits [N, classes], before softmax
     * @param target [N, classes], rows that sum to 1: one-hot, smoothed, or mixed
     */
    public static Tensor crossEntropy(Tensor logits, Tensor target) {
        long batch = logits.shape().get(0);
        return logits.logSoftmax(1).mul(target).sum(false, 0, 1).mul(-1.0 / batch);
    }

    /**
     * Knowledge distillation (Hinton et al. 2015, arXiv 1503.02531): KL divergence from teacher to student at a temperature, times the
     * temperature squared, so that its gradient keeps its size.
     *
     * @param student [N, classes] logits
     * @param teacher [N, classes] logits, without gradient
     */
    public static Tensor distillation(Tensor student, Tensor teacher, double temperature) {
        long batch = student.shape().get(0);
        Tensor wanted = teacher.mul(1 / temperature).softmax(1);
        Tensor wantedLog = teacher.mul(1 / temperature).logSoftmax(1);
        Tensor got = student.mul(1 / temperature).logSoftmax(1);
        return got.neg().add(wantedLog).mul(wanted).sum(false, 0, 1).mul(temperature * temperature / batch);
    }

    /** Mean squared error over all elements. */
    public static Tensor meanSquared(Tensor got, Tensor wanted) {
        Tensor difference = got.sub(wanted);
        return difference.mul(difference).reshape(difference.shape().elements()).mean(false, 0);
    }

    /** One minus the cosine between rows, averaged over rows; both [..., width]. */
    public static Tensor cosine(Tensor got, Tensor wanted) {
        int last = got.shape().rank() - 1;
        Tensor dot = got.mul(wanted).sum(false, last);
        Tensor norms = got.mul(got)
                .sum(false, last)
                .mul(wanted.mul(wanted).sum(false, last))
                .add(1e-12)
                .sqrt();
        Tensor cosines = dot.div(norms);
        return cosines.reshape(cosines.shape().elements()).mean(false, 0).neg().add(1);
    }
}
