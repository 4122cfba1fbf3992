package dev.edgewright.agent.serve;

import dev.edgewright.agent.inference.ModelRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Starts what the device serves over HTTP. */
public final class InferenceServer {
    private InferenceServer() {}

    /**
     * Serves the Open Inference Protocol, and the metrics page beside it.
     *
     * @param metrics renders {@code /metrics} from a request's Accept header; empty when it has a port of its own
     */
    public static HttpListener start(
            ServeSettings settings,
            ModelRegistry registry,
            String agentVersion,
            Optional<Function<String, Page>> metrics) {
        List<Endpoint> endpoints = new ArrayList<>();
        endpoints.add(new OpenInferenceEndpoint(registry, agentVersion, settings.maxBodyBytes()));
        metrics.ifPresent(render -> endpoints.add(new PageEndpoint("/metrics", render)));
        return new HttpListener(settings, endpoints);
    }

    /** Serves nothing but {@code /metrics}, on a port of its own. */
    public static HttpListener startMetrics(ServeSettings settings, Function<String, Page> metrics) {
        return new HttpListener(settings, List.of(new PageEndpoint("/metrics", metrics)));
    }
}
