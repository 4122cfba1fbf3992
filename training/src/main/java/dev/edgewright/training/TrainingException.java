package dev.edgewright.training;

import java.util.Objects;

/** What stopped a training, under a code that a caller can act on; the message says what, where, and what to do. */
public final class TrainingException extends RuntimeException {

    /** Why a training cannot start, or had to stop. */
    public enum Code {
        /** The graph holds an operator that has no gradient here. */
        OPERATOR_WITHOUT_GRADIENT,
        /** An operator is known, but not with these attributes or inputs. */
        OPERATOR_FORM_UNSUPPORTED,
        /** The engine computes wrong gradients for a shape of this graph on this machine. */
        GRADIENT_WRONG,
        /** The loss, a gradient or a weight became NaN or infinite. */
        DIVERGED,
        /** The graph or the teacher cannot be read. */
        GRAPH_INVALID,
        /** The data files are missing, malformed, or do not fit the graph. */
        DATA_INVALID,
        /** A label is negative or not below the width of the graph's output. */
        LABEL_OUT_OF_RANGE,
        /** The training split has no sample of a class. */
        CLASS_EMPTY,
        /** The data is not the data that the checkpoint was trained on. */
        DATA_CHANGED,
        /** The checkpoint belongs to another job, or is damaged. */
        CHECKPOINT_INVALID,
        /** A checkpoint or result could not be written. */
        OUTPUT_FAILED,
        /** The teacher's outputs do not fit the student's. */
        TEACHER_MISMATCH,
        /** The settings contradict themselves, the graph or the data. */
        SETTINGS_INVALID,
        /** The child process died. */
        CHILD_DIED,
        /** The engine cannot be loaded on this machine. */
        ENGINE_UNAVAILABLE,
        /** The caller asked to stop. */
        CANCELLED
    }

    private final Code code;

    public TrainingException(Code code, String message) {
        super(message);
        this.code = Objects.requireNonNull(code);
    }

    public TrainingException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = Objects.requireNonNull(code);
    }

    /** The class of failure. */
    public Code code() {
        return code;
    }
}
