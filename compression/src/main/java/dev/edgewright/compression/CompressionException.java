package dev.edgewright.compression;

import java.util.Objects;

/** What went wrong in this library, under a code that a caller can act on; the message says what, where, and what to do. */
public final class CompressionException extends RuntimeException {

    /** Why a model, its data or a recipe cannot be taken. */
    public enum Code {
        /** The file has no bytes, or its graph has no nodes. */
        MODEL_EMPTY,
        /** The file cannot be read at all. */
        MODEL_UNREADABLE,
        /** The bytes are not an ONNX model. */
        MODEL_NOT_ONNX,
        /** The bytes begin as an ONNX model and stop in the middle. */
        MODEL_TRUNCATED,
        /** The graph contradicts itself: a value is undefined, defined twice, or part of a cycle. */
        MODEL_INVALID,
        /** An operator that ONNX Runtime's CPU provider does not have. */
        OPERATOR_UNKNOWN,
        /** An operator set that ONNX Runtime, or a pass, cannot take. */
        OPSET_UNSUPPORTED,
        /** A weight lives in a file that is not there, or is too short. */
        EXTERNAL_DATA_MISSING,
        /** A weight names a file outside the model's folder. */
        EXTERNAL_DATA_OUTSIDE,
        /** A single tensor is larger than this library can hold in one piece (2 GiB). */
        TENSOR_TOO_LARGE,
        /** A weight holds NaN or infinity. */
        WEIGHTS_NOT_FINITE,
        /** The model already holds quantised operators, and the recipe would quantise it again. */
        ALREADY_QUANTIZED,
        /** The data files are missing, malformed, or do not fit the model. */
        DATA_INVALID,
        /** A sample holds NaN or infinity. */
        DATA_NOT_FINITE,
        /** A label is negative or not below the number of classes. */
        LABEL_OUT_OF_RANGE,
        /** The recipe needs data and none was given. */
        DATA_REQUIRED,
        /** The recipe is unknown or contradicts itself. */
        RECIPE_INVALID,
        /** ONNX Runtime refused or failed to run a graph. */
        RUNTIME_FAILED,
        /** A step that trains could not; what it had trained so far is kept. */
        TRAINING_FAILED,
        /** Writing results failed. */
        OUTPUT_FAILED,
        /** A quantised weight survived in front of a float operator: the variant would be slow. */
        FUSION_LOST,
        /** The caller asked to stop. */
        CANCELLED,
        /** A search's budget ended in the middle of a candidate. */
        BUDGET_SPENT,
        /** A pass broke its own promise; please report it. */
        PASS_BROKEN
    }

    private final Code code;

    /** @param code what class of failure; @param message what was wrong, where, and what to do */
    public CompressionException(Code code, String message) {
        super(message);
        this.code = Objects.requireNonNull(code);
    }

    /** As above, with the failure underneath. */
    public CompressionException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = Objects.requireNonNull(code);
    }

    /** The class of failure. */
    public Code code() {
        return code;
    }
}
