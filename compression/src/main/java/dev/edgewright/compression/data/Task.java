package dev.edgewright.compression.data;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What the model is for.
 *
 * @param output the output that is scored; empty means the model's first
 * @param metric how it is scored
 */
public record Task(String output, Metric metric) {

    /** The measures of quality; all of them are better when larger, except the errors. */
    public enum Metric {
        /** Share of samples whose largest score is at the label. */
        TOP1,
        /** Share of samples whose label is among the two largest scores. */
        TOP2,
        /** Share of samples whose label is among the three largest scores. */
        TOP3,
        /** Share of samples whose label is among the five largest scores. */
        TOP5,
        /** Share of samples whose label is among the ten largest scores. */
        TOP10,
        /** F1 averaged over the classes. */
        MACRO_F1,
        /** Area under the ROC curve; two classes, the score of class 1, or the only score. */
        AUC,
        /** Mean absolute error, in the unit of the labels; smaller is better. */
        MAE,
        /** Square root of the mean squared error, in the unit of the labels; smaller is better. */
        RMSE,
        /** Spearman's rank correlation of the output with the labels, -1..1. */
        SPEARMAN,
        /** Share of samples with the same largest score as the original model; needs no labels. */
        AGREEMENT,
        /** Mean cosine of the output with the original model's; needs no labels. */
        COSINE;

        /** The metric that data.yaml calls so. */
        public static Metric named(String name) {
            return Arrays.stream(values())
                    .filter(metric -> metric.label().equals(name.toLowerCase(Locale.ROOT)))
                    .findFirst()
                    .orElseThrow(() -> Keys.bad("metric " + name + " is unknown; use one of " + labels()));
        }

        private static List<String> labels() {
            return Arrays.stream(values()).map(Metric::label).toList();
        }

        /** The name in data.yaml: {@code macro-f1}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** False for the measures that only compare with the original. */
        public boolean needsLabels() {
            return this != AGREEMENT && this != COSINE;
        }

        /** True when labels are numbers to come close to, not classes. */
        public boolean comparesNumbers() {
            return this == MAE || this == RMSE || this == SPEARMAN;
        }

        /** True for errors, which are better when smaller. */
        public boolean isError() {
            return this == MAE || this == RMSE;
        }

        /** How many of the largest scores may hold the label; 1 for measures that do not rank. */
        public int places() {
            return switch (this) {
                case TOP2 -> 2;
                case TOP3 -> 3;
                case TOP5 -> 5;
                case TOP10 -> 10;
                default -> 1;
            };
        }
    }

    /** The score used when the data has no labels and names no metric. */
    public static Task unlabelled() {
        return new Task("", Metric.COSINE);
    }
}
