package dev.edgewright.agent.serve;

import dev.edgewright.agent.inference.Datatype;
import dev.edgewright.agent.inference.TensorValue;
import dev.edgewright.agent.serve.InferenceRequest.WantedOutput;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A decoded request without its values: what the same JSON part means when it comes again. Only for requests all of whose
 * inputs are binary, so that the values are known by their place.
 */
final class RequestTemplate {
    private static final int MAX_JSON_BYTES = 4096;

    /** An input's part of the binary data. */
    private record Part(String name, Datatype datatype, long[] shape, int bytes) {}

    private final byte[] json;
    private final int binaryBytes;
    private final Optional<String> id;
    private final List<Part> parts = new ArrayList<>();
    private final List<WantedOutput> outputs;
    private final boolean binaryDefault;

    private RequestTemplate(byte[] json, int binaryBytes, InferenceRequest request) {
        this.json = json;
        this.binaryBytes = binaryBytes;
        this.id = request.id();
        this.outputs = List.copyOf(request.outputs());
        this.binaryDefault = request.binaryDefault();
        request.inputs()
                .forEach((name, value) -> parts.add(new Part(
                        name, value.datatype(), value.shape(), value.data().remaining())));
    }

    /**
     * @param binaryBytes length of the binary part, all of which this request's inputs were cut from, one after the other
     * @return empty where an input came as JSON, or the JSON part is too long to keep
     */
    static Optional<RequestTemplate> of(byte[] json, int binaryBytes, InferenceRequest request) {
        long cut = request.inputs().values().stream()
                .mapToLong(value -> value.data().remaining())
                .sum();
        return cut == binaryBytes && json.length <= MAX_JSON_BYTES
                ? Optional.of(new RequestTemplate(json, binaryBytes, request))
                : Optional.empty();
    }

    /** Whether a request of this JSON part and this much binary data is another one of these. */
    boolean fits(byte[] otherJson, ByteBuffer binary) {
        return binary.remaining() == binaryBytes && Arrays.equals(json, otherJson);
    }

    /** The request with the values of a binary part that fits. */
    InferenceRequest fill(ByteBuffer binary) {
        Map<String, TensorValue> inputs = new LinkedHashMap<>();
        int at = binary.position();
        for (Part part : parts) {
            inputs.put(part.name(), new TensorValue(part.datatype(), part.shape(), binary.slice(at, part.bytes())));
            at += part.bytes();
        }
        return new InferenceRequest(id, inputs, outputs, binaryDefault);
    }
}
