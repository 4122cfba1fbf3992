package dev.edgewright.controller.http;

import io.vertx.core.buffer.Buffer;
import java.util.Map;

/**
 * An answer that is ready to be written.
 *
 * @param body empty for 204
 */
record Reply(int status, String contentType, Buffer body, Map<String, String> headers) {

    static Reply ok(Object value) {
        return json(200, value);
    }

    static Reply json(int status, Object value) {
        return new Reply(status, "application/json", Buffer.buffer(Json.write(value)), Map.of());
    }

    static Reply noContent() {
        return new Reply(204, null, Buffer.buffer(), Map.of());
    }

    static Reply bytes(String contentType, byte[] content) {
        return new Reply(200, contentType, Buffer.buffer(content), Map.of());
    }

    static Reply problem(Problem problem) {
        return new Reply(problem.status(), Problem.MEDIA_TYPE, Buffer.buffer(Json.write(problem)), Map.of());
    }

    Reply with(String header, String value) {
        var all = new java.util.LinkedHashMap<>(headers);
        all.put(header, value);
        return new Reply(status, contentType, body, all);
    }
}
