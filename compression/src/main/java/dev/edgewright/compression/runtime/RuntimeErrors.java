package dev.edgewright.compression.runtime;

import ai.onnxruntime.OrtException;
import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import java.util.List;
import java.util.Locale;

/** Sorts ONNX Runtime's messages into codes; the runtime itself only says FAIL or INVALID_GRAPH. */
final class RuntimeErrors {

    private static final List<String> OPERATOR = List.of(
            "is not a registered function/op",
            "no op registered for",
            "could not find an implementation",
            "no schema registered for",
            "not a registered");
    private static final List<String> OPSET =
            List.of("is under development", "unsupported model ir version", "opset", "no opset import for domain");

    private RuntimeErrors() {}

    static CompressionException opening(String what, OrtException e) {
        String message = e.getMessage() == null ? "" : e.getMessage();
        String lower = message.toLowerCase(Locale.ROOT);
        Code code = Code.RUNTIME_FAILED;
        if (OPERATOR.stream().anyMatch(lower::contains)) {
            code = Code.OPERATOR_UNKNOWN;
        } else if (OPSET.stream().anyMatch(lower::contains)) {
            code = Code.OPSET_UNSUPPORTED;
        } else if (lower.contains("protobuf parsing failed")) {
            code = Code.MODEL_NOT_ONNX;
        }
        return new CompressionException(code, "ONNX Runtime does not take " + what + ": " + message, e);
    }

    static CompressionException running(String what, OrtException e) {
        return new CompressionException(
                Code.RUNTIME_FAILED, "ONNX Runtime failed to run " + what + ": " + e.getMessage(), e);
    }
}
