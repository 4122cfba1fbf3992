package dev.edgewright.agent.serve;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgewright.agent.inference.InferenceResult;
import dev.edgewright.agent.inference.ModelMetadata;
import dev.edgewright.agent.inference.ModelRegistry;
import dev.edgewright.agent.inference.TensorSignature;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.ModelName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** The Open Inference Protocol, version 2, over the model registry. */
final class OpenInferenceEndpoint implements Endpoint {
    private final ModelRegistry registry;
    private final String agentVersion;
    private final InferenceRequestReader reader;
    private final InferenceResponseWriter writer = new InferenceResponseWriter();
    private final ObjectMapper mapper = new ObjectMapper();

    OpenInferenceEndpoint(ModelRegistry registry, String agentVersion, int maxBodyBytes) {
        this.registry = registry;
        this.agentVersion = agentVersion;
        this.reader = new InferenceRequestReader(maxBodyBytes);
    }

    @Override
    public boolean owns(String path) {
        return path.equals("/v2") || path.startsWith("/v2/");
    }

    @Override
    public Answer answer(Request request) {
        Optional<Route> route = Route.of(request.path());
        if (route.isEmpty()) {
            return Answer.error(404, "the protocol has no path " + request.path());
        }
        String method = route.get() instanceof Route.Infer ? "POST" : "GET";
        if (!request.method().equals(method)) {
            return Answer.error(405, request.path() + " answers " + method + " only")
                    .with("Allow", method);
        }
        try {
            return answer(route.get(), request);
        } catch (EdgewrightException e) {
            return Answer.error(status(e), e.getMessage());
        }
    }

    private static int status(EdgewrightException e) {
        return switch (e.kind()) {
            case CALLER -> e.code().name().equals("MODEL_UNKNOWN") ? 404 : 400;
            case TRANSIENT -> 503;
            case RESOURCE, BUG -> 500;
        };
    }

    private Answer answer(Route route, Request request) {
        if (route instanceof Route.Live) {
            return json(200, mapper.createObjectNode().put("live", true));
        }
        if (route instanceof Route.Ready) {
            return json(200, mapper.createObjectNode().put("ready", true));
        }
        if (route instanceof Route.ServerMetadata) {
            ObjectNode metadata =
                    mapper.createObjectNode().put("name", "edgewright-agent").put("version", agentVersion);
            metadata.putArray("extensions").add("binary_tensor_data");
            return json(200, metadata);
        }
        if (route instanceof Route.ModelReady ready) {
            boolean served = find(ready.model())
                    .filter(m -> ready.version()
                            .map(v -> ServedVersion.matches(v, m))
                            .orElse(true))
                    .isPresent();
            ObjectNode body =
                    mapper.createObjectNode().put("name", ready.model()).put("ready", served);
            return served ? json(200, body) : Answer.error(404, unknown(ready.model()));
        }
        if (route instanceof Route.Metadata metadata) {
            return json(200, describe(require(metadata.model(), metadata.version())));
        }
        return infer((Route.Infer) route, request);
    }

    private Answer infer(Route.Infer infer, Request request) {
        require(infer.model(), infer.version());
        ModelName model = ModelName.of(infer.model());
        int jsonBytes = request.header(InferenceResponseWriter.HEADER_LENGTH)
                .map(OpenInferenceEndpoint::length)
                .orElse(request.body().remaining());
        InferenceRequest decoded = reader.read(request.body(), jsonBytes, request::scratch);
        InferenceResult result = registry.infer(model, decoded.inputs(), decoded.outputNames());
        if (infer.version().isPresent()
                && !ServedVersion.matches(infer.version().get(), result.version(), result.variant())) {
            require(infer.model(), infer.version()); // switched meanwhile: says what is served now
        }
        return writer.write(model.value(), decoded, result);
    }

    private static int length(String header) {
        try {
            return Integer.parseInt(header.trim());
        } catch (NumberFormatException e) {
            throw BadRequest.of(
                    InferenceResponseWriter.HEADER_LENGTH + " must be a number of bytes, is \"" + header + "\"");
        }
    }

    private Optional<ModelMetadata> find(String model) {
        try {
            return registry.metadata(ModelName.of(model));
        } catch (EdgewrightException e) {
            return Optional.empty(); // not even a possible name
        }
    }

    private ModelMetadata require(String model, Optional<String> version) {
        ModelMetadata served =
                find(model).orElseThrow(() -> EdgewrightException.caller("MODEL_UNKNOWN", unknown(model)));
        if (version.isPresent() && !ServedVersion.matches(version.get(), served)) {
            throw EdgewrightException.caller(
                    "MODEL_UNKNOWN",
                    "model \"" + model + "\" is served in version "
                            + ServedVersion.of(served.version(), served.variant()) + ", not " + version.get());
        }
        return served;
    }

    private String unknown(String model) {
        return "no model is served as \"" + model + "\"; served: " + registry.models();
    }

    private ObjectNode describe(ModelMetadata model) {
        ObjectNode node = mapper.createObjectNode().put("name", model.model().value());
        node.putArray("versions").add(ServedVersion.of(model.version(), model.variant()));
        node.put("platform", "onnxruntime_onnx");
        tensors(node.putArray("inputs"), model.inputs());
        tensors(node.putArray("outputs"), model.outputs());
        node.putObject("parameters")
                .put("edgewright_variant", model.variant())
                .put("edgewright_manifest", model.manifest().hex());
        return node;
    }

    private static void tensors(ArrayNode array, List<TensorSignature> signatures) {
        for (TensorSignature signature : signatures) {
            ObjectNode node = array.addObject()
                    .put("name", signature.name())
                    .put("datatype", signature.datatype().name());
            ArrayNode shape = node.putArray("shape");
            signature.shape().forEach(shape::add);
        }
    }

    private Answer json(int status, ObjectNode body) {
        try {
            return Answer.json(status, mapper.writeValueAsBytes(body));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
