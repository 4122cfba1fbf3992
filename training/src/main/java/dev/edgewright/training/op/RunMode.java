package dev.edgewright.training.op;

/** How the operators that behave differently in training run. */
public enum RunMode {
    /** As ONNX Runtime runs the graph: running statistics, no dropout. */
    INFERENCE,
    /** BatchNormalization by the batch, running statistics updated, dropout on. */
    TRAINING,
    /** Trains with BatchNormalization frozen at its running statistics; dropout on. */
    TRAINING_FROZEN_NORM
}
