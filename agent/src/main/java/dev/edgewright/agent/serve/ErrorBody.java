package dev.edgewright.agent.serve;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

/** {@code {"error": "…"}}, the protocol's only error form. */
final class ErrorBody {
    private ErrorBody() {}

    static String of(String message) {
        return "{\"error\":\"" + new String(JsonStringEncoder.getInstance().quoteAsString(message)) + "\"}";
    }
}
