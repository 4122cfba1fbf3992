package dev.edgewright.agent.serve;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * What is sent back.
 *
 * @param headers beyond Content-Type and Content-Length
 * @param body sent one after the other
 */
record Answer(int status, String contentType, Map<String, String> headers, List<ByteBuffer> body) {
    static final String JSON = "application/json";

    static Answer json(int status, byte[] body) {
        return new Answer(status, JSON, Map.of(), List.of(ByteBuffer.wrap(body)));
    }

    static Answer text(int status, String contentType, byte[] body) {
        return new Answer(status, contentType, Map.of(), List.of(ByteBuffer.wrap(body)));
    }

    /** The protocol's error object. */
    static Answer error(int status, String message) {
        return json(status, ErrorBody.of(message).getBytes(StandardCharsets.UTF_8));
    }

    Answer with(String header, String value) {
        Map<String, String> more = new java.util.LinkedHashMap<>(headers);
        more.put(header, value);
        return new Answer(status, contentType, more, body);
    }
}
