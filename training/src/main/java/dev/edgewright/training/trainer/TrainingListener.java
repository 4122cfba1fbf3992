package dev.edgewright.training.trainer;

/** Hears how a training goes. Called on the training's thread. */
public interface TrainingListener {

    TrainingListener SILENT = new TrainingListener() {};

    default void started(String engine, long steps) {}

    default void step(int epoch, int step, int steps, double loss) {}

    /** A part of a longer job begins: pruning, distillation, quantisation-aware training. */
    default void stage(String name) {}

    default void epoch(EpochReport report) {}

    /** True to stop at the next step; what the last whole epoch brought is kept. */
    default boolean cancelled() {
        return false;
    }
}
