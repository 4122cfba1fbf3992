package dev.edgewright.agent.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import dev.edgewright.agent.inference.Datatype;
import dev.edgewright.agent.inference.TensorValue;
import dev.edgewright.agent.serve.InferenceRequest.WantedOutput;
import dev.edgewright.common.error.EdgewrightException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Decodes the body of an inference request: the JSON object, and after it the binary tensors that it announces.
 *
 * <p>A caller that sends binary tensors sends the same JSON part each time; the one read last is therefore kept decoded.
 *
 * <p>Sources: Open Inference Protocol, "Inference Request"; binary tensor data extension.
 */
final class InferenceRequestReader {
    static final int MAX_RANK = 16;

    private final JsonFactory factory;
    private final ObjectMapper mapper;
    private final AtomicReference<RequestTemplate> last = new AtomicReference<>();

    InferenceRequestReader(int maxBodyBytes) {
        this.factory = JsonFactory.builder()
                .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(32)
                        .maxNumberLength(400)
                        .maxStringLength(maxBodyBytes)
                        .build())
                .build();
        this.mapper = new ObjectMapper(factory);
    }

    /**
     * @param body JSON, then binary data
     * @param jsonBytes length of the JSON part; the whole body without binary data
     * @param memory gives direct memory for tensors that come as JSON
     * @throws EdgewrightException {@code REQUEST_INVALID}, with what was wrong
     */
    InferenceRequest read(ByteBuffer body, int jsonBytes, IntFunction<ByteBuffer> memory) {
        if (jsonBytes < 0 || jsonBytes > body.remaining()) {
            throw BadRequest.of("Inference-Header-Content-Length is " + jsonBytes + ", the body has " + body.remaining()
                    + " bytes");
        }
        byte[] json = new byte[jsonBytes];
        body.get(body.position(), json);
        ByteBuffer binary = body.slice(body.position() + jsonBytes, body.remaining() - jsonBytes);
        RequestTemplate template = last.get();
        if (template != null && template.fits(json, binary)) {
            return template.fill(binary);
        }
        try (JsonParser parser = factory.createParser(json)) {
            parser.setCodec(mapper);
            int binaryBytes = binary.remaining();
            InferenceRequest request = new Reading(parser, jsonBytes, binary, memory).request();
            if (binary.hasRemaining()) {
                throw BadRequest.of(binary.remaining() + " bytes of binary data are announced by no input");
            }
            RequestTemplate.of(json, binaryBytes, request).ifPresent(last::set);
            return request;
        } catch (JsonProcessingException e) {
            String at =
                    e.getLocation() == null ? "" : " at byte " + e.getLocation().getByteOffset();
            throw BadRequest.of("the request is not valid JSON" + at + ": " + e.getOriginalMessage());
        } catch (IOException e) {
            throw BadRequest.of("the request cannot be read: " + e.getMessage());
        }
    }

    /** State while one body is read. */
    private final class Reading {
        private final JsonParser json;
        private final int jsonBytes;
        private final ByteBuffer binary;
        private final IntFunction<ByteBuffer> memory;

        Reading(JsonParser json, int jsonBytes, ByteBuffer binary, IntFunction<ByteBuffer> memory) {
            this.json = json;
            this.jsonBytes = jsonBytes;
            this.binary = binary;
            this.memory = memory;
        }

        InferenceRequest request() throws IOException {
            expect(json.nextToken(), JsonToken.START_OBJECT, "the request must be a JSON object");
            Optional<String> id = Optional.empty();
            Map<String, TensorValue> inputs = null;
            JsonNode outputs = null;
            boolean binaryDefault = false;
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                switch (field) {
                    case "id" -> id = Optional.of(text("id"));
                    case "inputs" -> inputs = inputs();
                    case "outputs" -> outputs = json.readValueAsTree();
                    case "parameters" -> binaryDefault = flag(tree("parameters"), "binary_data_output", false);
                    default -> json.skipChildren(); // the protocol lets servers ignore what they do not know
                }
            }
            if (json.nextToken() != null) {
                throw BadRequest.of("something follows the request's JSON object");
            }
            if (inputs == null) {
                throw BadRequest.of("the request has no \"inputs\"");
            }
            return new InferenceRequest(id, inputs, outputs(outputs, binaryDefault), binaryDefault);
        }

        private Map<String, TensorValue> inputs() throws IOException {
            expect(json.currentToken(), JsonToken.START_ARRAY, "\"inputs\" must be an array");
            Map<String, TensorValue> inputs = new LinkedHashMap<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                input(inputs);
            }
            return inputs;
        }

        private void input(Map<String, TensorValue> inputs) throws IOException {
            expect(json.currentToken(), JsonToken.START_OBJECT, "each of \"inputs\" must be an object");
            String name = null;
            Datatype datatype = null;
            long[] shape = null;
            JsonNode parameters = null;
            TensorValue value = null;
            TokenBuffer early = null;
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                switch (field) {
                    case "name" -> name = text("name");
                    case "datatype" -> datatype = datatype(text("datatype"));
                    case "shape" -> shape = shape(name);
                    case "parameters" -> parameters = tree("parameters");
                    case "data" -> {
                        if (name != null && datatype != null && shape != null) {
                            value = new TensorReader(name, datatype, shape, memory).read(json, jsonBytes);
                        } else {
                            early = new TokenBuffer(json);
                            early.copyCurrentStructure(json);
                        }
                    }
                    default -> json.skipChildren();
                }
            }
            require(name != null, "an input has no \"name\"");
            String known = name;
            require(datatype != null, () -> "input \"" + known + "\" has no \"datatype\"");
            require(shape != null, () -> "input \"" + known + "\" has no \"shape\"");
            if (early != null) {
                try (JsonParser replay = early.asParserOnFirstToken()) {
                    value = new TensorReader(name, datatype, shape, memory).read(replay, jsonBytes);
                }
            }
            if (parameters != null && parameters.has("binary_data_size")) {
                require(value == null, () -> "input \"" + known + "\" has both \"data\" and \"binary_data_size\"");
                value = binary(name, datatype, shape, parameters.get("binary_data_size"));
            }
            require(value != null, () -> "input \"" + known + "\" has neither \"data\" nor \"binary_data_size\"");
            require(inputs.put(name, value) == null, () -> "input \"" + known + "\" is given twice");
        }

        private TensorValue binary(String name, Datatype datatype, long[] shape, JsonNode size) {
            require(
                    size.isIntegralNumber() && size.canConvertToInt() && size.intValue() >= 0,
                    () -> "input \"" + name + "\": binary_data_size must be a number of bytes, is " + size);
            int bytes = size.intValue();
            long expected = TensorValue.elements(shape) * datatype.bytes();
            require(
                    datatype == Datatype.BYTES || bytes == expected,
                    () -> "input \"" + name + "\": binary_data_size is " + bytes + ", " + datatype
                            + Arrays.toString(shape) + " needs " + expected);
            require(
                    bytes <= binary.remaining(),
                    () -> "input \"" + name + "\" announces " + bytes + " bytes of binary data, " + binary.remaining()
                            + " are left");
            ByteBuffer data = binary.slice(binary.position(), bytes);
            binary.position(binary.position() + bytes);
            return new TensorValue(datatype, shape, data);
        }

        private long[] shape(String input) throws IOException {
            require(json.currentToken() == JsonToken.START_ARRAY, () -> where(input) + " must be an array");
            long[] shape = new long[MAX_RANK];
            int rank = 0;
            while (json.nextToken() != JsonToken.END_ARRAY) {
                boolean dimension = json.currentToken() == JsonToken.VALUE_NUMBER_INT
                        && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                        && json.getLongValue() >= 0;
                if (!dimension) {
                    throw BadRequest.of(where(input) + " must hold dimensions of 0 or more, has " + json.getText());
                }
                require(rank < MAX_RANK, () -> where(input) + " has more than " + MAX_RANK + " dimensions");
                shape[rank++] = json.getLongValue();
            }
            return Arrays.copyOf(shape, rank);
        }

        private static String where(String input) {
            return input == null ? "\"shape\"" : "input \"" + input + "\": \"shape\"";
        }

        private List<WantedOutput> outputs(JsonNode outputs, boolean binaryDefault) {
            List<WantedOutput> wanted = new ArrayList<>();
            if (outputs == null || outputs.isNull()) {
                return wanted;
            }
            require(outputs.isArray(), "\"outputs\" must be an array");
            for (JsonNode output : outputs) {
                require(output.path("name").isTextual(), "each of \"outputs\" needs a \"name\"");
                String name = output.get("name").textValue();
                require(
                        wanted.stream().noneMatch(w -> w.name().equals(name)),
                        () -> "output \"" + name + "\" is asked for twice");
                JsonNode parameters = output.path("parameters");
                wanted.add(new WantedOutput(name, flag(parameters, "binary_data", binaryDefault)));
            }
            return wanted;
        }

        private JsonNode tree(String field) throws IOException {
            JsonNode tree = json.readValueAsTree();
            require(tree.isObject(), () -> "\"" + field + "\" must be an object");
            return tree;
        }

        private String text(String field) throws IOException {
            require(json.currentToken() == JsonToken.VALUE_STRING, () -> "\"" + field + "\" must be a string");
            return json.getText();
        }
    }

    private static Datatype datatype(String name) {
        return Datatype.named(name)
                .orElseThrow(() -> BadRequest.of(
                        "unknown datatype \"" + name + "\"; known: " + Arrays.toString(Datatype.values())));
    }

    private static boolean flag(JsonNode parameters, String name, boolean otherwise) {
        JsonNode value = parameters.path(name);
        require(value.isMissingNode() || value.isBoolean(), () -> "parameter \"" + name + "\" must be true or false");
        return value.asBoolean(otherwise);
    }

    private static void expect(JsonToken token, JsonToken wanted, String otherwise) {
        require(token == wanted, otherwise);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw BadRequest.of(otherwise);
        }
    }

    /** For messages that cost something to make: this is the path of every request. */
    private static void require(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            throw BadRequest.of(otherwise.get());
        }
    }
}
