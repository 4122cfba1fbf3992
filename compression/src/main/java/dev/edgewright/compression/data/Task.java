package dev.edgewright.compression.data;

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
        /** Share of samples whose label is among the five largest scores. */
        TOP5,
        /** F1 averaged over the classes. */
        MACRO_F1,
        /** Area under the ROC curve; two classes, the score of class 1, or the only score. */
        AUC,
        /** Share of samples with the same largest score as the original model; needs no labels. */
        AGREEMENT,
        /** Mean cosine of the output with the original model's; needs no labels. */
        COSINE;

        /** False for the measures that only compare with the original. */
        public boolean needsLabels() {
            return this != AGREEMENT && this != COSINE;
        }
    }

    /** The score used when the data has no labels and names no metric. */
    public static Task unlabelled() {
        return new Task("", Metric.COSINE);
    }
}
