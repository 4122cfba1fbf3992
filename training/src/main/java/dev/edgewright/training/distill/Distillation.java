package dev.edgewright.training.distill;

import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.loss.Losses;
import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.trainer.Objective;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Learning from a teacher: its logits at a temperature, values inside it, its embeddings, and labels where there are some. The teacher
 * sees the same augmented batch (Beyer et al. 2022, arXiv 2106.05237).
 */
public final class Distillation implements Objective {

    private enum Kind {
        LOGITS,
        FEATURES,
        COSINE
    }

    private record Term(Kind kind, String student, String teacher, double weight) {}

    private final Teacher teacher;
    private final Map<String, Term> terms = new LinkedHashMap<>();
    private final double temperature;
    private String labelled;
    private double labelWeight;

    private Distillation(Teacher teacher, double temperature) {
        this.teacher = teacher;
        this.temperature = temperature;
    }

    /** From a teacher, with a temperature for logits; add at least one term. */
    public static Distillation from(Teacher teacher, double temperature) {
        if (!(temperature > 0)) {
            throw new TrainingException(Code.SETTINGS_INVALID, "temperature " + temperature + " must be positive");
        }
        return new Distillation(teacher, temperature);
    }

    /** KL divergence between the two outputs' distributions, [N, classes] each. */
    public Distillation logits(String student, String teacherValue, double weight) {
        terms.put(student + ">" + teacherValue, new Term(Kind.LOGITS, student, teacherValue, weight));
        return this;
    }

    /** Mean squared error between two values of one shape; names are those of the graphs. */
    public Distillation features(String student, String teacherValue, double weight) {
        terms.put(student + ">" + teacherValue, new Term(Kind.FEATURES, student, teacherValue, weight));
        return this;
    }

    /** One minus the cosine between the rows of two values of one shape: embeddings. */
    public Distillation embeddings(String student, String teacherValue, double weight) {
        terms.put(student + ">" + teacherValue, new Term(Kind.COSINE, student, teacherValue, weight));
        return this;
    }

    /** Cross-entropy with the labels as well. Without this, samples need no labels. */
    public Distillation labels(String output, double weight) {
        labelled = output;
        labelWeight = weight;
        return this;
    }

    @Override
    public Tensor loss(Step step) {
        Set<String> wanted = new LinkedHashSet<>();
        terms.values().forEach(term -> wanted.add(term.teacher()));
        // The teacher's own weights track no gradient, so nothing of it is recorded.
        Map<String, Tensor> answers = teacher.answer(step.scope(), step.inputs(), wanted);
        Tensor total = null;
        for (Term term : terms.values()) {
            Tensor got = step.value(term.student());
            Tensor right = answers.get(term.teacher());
            if (!got.shape().equals(right.shape())) {
                throw new TrainingException(
                        Code.TEACHER_MISMATCH,
                        "the student's " + term.student() + " is " + got.shape() + " and the teacher's "
                                + term.teacher() + " is " + right.shape()
                                + ": only values of one shape can be matched");
            }
            Tensor part = switch (term.kind()) {
                case LOGITS -> Losses.distillation(got, right, temperature);
                case FEATURES -> Losses.meanSquared(got, right);
                case COSINE -> Losses.cosine(got, right);
            };
            total = plus(total, part.mul(term.weight()));
        }
        if (labelled != null) {
            total = plus(
                    total,
                    Losses.crossEntropy(step.value(labelled), step.target()).mul(labelWeight));
        }
        if (total == null) {
            throw new TrainingException(Code.SETTINGS_INVALID, "a distillation needs at least one term");
        }
        return total;
    }

    private static Tensor plus(Tensor sum, Tensor part) {
        return sum == null ? part : sum.add(part);
    }

    @Override
    public Set<String> reads() {
        Set<String> reads = new LinkedHashSet<>();
        terms.values().forEach(term -> reads.add(term.student()));
        return reads;
    }

    @Override
    public boolean worksWithoutLabels() {
        return labelled == null;
    }

    @Override
    public String describe() {
        return "distillation of " + terms.values() + " at temperature " + temperature
                + (labelled == null ? "" : " and labels on " + labelled + " x" + labelWeight) + " from "
                + Integer.toHexString(
                        java.util.Arrays.hashCode(teacher.graph().toModel().toByteArray()));
    }
}
