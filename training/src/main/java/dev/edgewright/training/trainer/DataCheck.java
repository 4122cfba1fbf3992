package dev.edgewright.training.trainer;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Shape;
import dev.edgewright.compression.graph.ValueInfo;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.data.Samples;
import java.util.List;

/** Whether samples and labels fit a graph, before anything is trained. */
final class DataCheck {

    private DataCheck() {}

    static void check(Graph graph, Samples training, Samples validation, String output, boolean labelsOptional) {
        if (!graph.isOutput(output)) {
            throw new TrainingException(
                    Code.SETTINGS_INVALID,
                    "the graph has no output " + output + "; it has "
                            + graph.outputs().stream().map(ValueInfo::name).toList());
        }
        for (Samples samples : List.of(training, validation)) {
            if (samples.size() == 0) {
                throw new TrainingException(Code.DATA_INVALID, "there are no samples to train on or to validate with");
            }
            Feeds.of(graph, samples.features());
        }
        if (training.targetWidth() > 0) {
            checkTargets(graph, training, validation, output);
            return;
        }
        if (!training.labelled()) {
            if (!labelsOptional) {
                throw new TrainingException(
                        Code.DATA_INVALID,
                        "the objective needs labels and the samples have none: name labels in the data, or a teacher");
            }
            return;
        }
        checkLabels(training, classes(graph, output), output, true);
        if (validation.labelled()) {
            checkLabels(validation, classes(graph, output), output, false);
        }
    }

    private static void checkTargets(Graph graph, Samples training, Samples validation, String output) {
        if (validation.targetWidth() != training.targetWidth()) {
            throw new TrainingException(
                    Code.DATA_INVALID,
                    "training samples have " + training.targetWidth() + " targets each, validation samples "
                            + validation.targetWidth());
        }
        long width = 1;
        Shape shape = graph.outputs().stream()
                .filter(info -> info.name().equals(output))
                .findFirst()
                .flatMap(ValueInfo::shape)
                .orElse(null);
        for (int axis = 1; shape != null && axis < shape.rank(); axis++) {
            width *= shape.size(axis);
        }
        if (shape != null && width > 0 && width != training.targetWidth()) {
            throw new TrainingException(
                    Code.DATA_INVALID,
                    "output " + output + " is " + shape + ", " + width + " numbers a sample, and each sample has "
                            + training.targetWidth() + " targets");
        }
    }

    /** How wide the rows are that a training compares with: classes, numbers to come near to, or 0. */
    static int width(Graph graph, Samples training, String output) {
        return training.targetWidth() > 0 ? training.targetWidth() : training.labelled() ? classes(graph, output) : 0;
    }

    private static void checkLabels(Samples samples, int classes, String output, boolean everyClass) {
        int[] counts = new int[classes];
        for (int i = 0; i < samples.size(); i++) {
            int label = samples.label(i);
            if (label < 0 || label >= classes) {
                throw new TrainingException(
                        Code.LABEL_OUT_OF_RANGE,
                        "sample " + i + " has label " + label + " and output " + output + " has " + classes
                                + " classes (0.." + (classes - 1) + "): the labels belong to another head");
            }
            counts[label]++;
        }
        for (int label = 0; everyClass && label < classes; label++) {
            if (counts[label] == 0) {
                throw new TrainingException(
                        Code.CLASS_EMPTY,
                        "no training sample has label " + label + " of the " + classes + " classes of output " + output
                                + ": the graph could not learn it");
            }
        }
    }

    /** The width of the head. */
    static int classes(Graph graph, String output) {
        long width = graph.outputs().stream()
                .filter(info -> info.name().equals(output))
                .findFirst()
                .flatMap(ValueInfo::shape)
                .map(shape -> shape.rank() < 2 ? -1L : shape.size(-1))
                .orElse(-1L);
        if (width < 1) {
            throw new TrainingException(
                    Code.SETTINGS_INVALID, "output " + output + " does not declare how many classes it has");
        }
        return Math.toIntExact(width);
    }
}
