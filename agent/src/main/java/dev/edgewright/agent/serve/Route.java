package dev.edgewright.agent.serve;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The paths of the Open Inference Protocol, version 2. */
sealed interface Route {
    /** {@code /v2}. */
    record ServerMetadata() implements Route {}

    /** {@code /v2/health/live}. */
    record Live() implements Route {}

    /** {@code /v2/health/ready}. */
    record Ready() implements Route {}

    /** {@code /v2/models/NAME[/versions/VERSION]}. */
    record Metadata(String model, Optional<String> version) implements Route {}

    /** {@code /v2/models/NAME[/versions/VERSION]/ready}. */
    record ModelReady(String model, Optional<String> version) implements Route {}

    /** {@code /v2/models/NAME[/versions/VERSION]/infer}. */
    record Infer(String model, Optional<String> version) implements Route {}

    /** The route of a path; empty when the protocol has none such. */
    static Optional<Route> of(String path) {
        String trimmed = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        List<String> parts = Arrays.asList(trimmed.split("/", -1));
        if (parts.size() < 2 || !parts.get(0).isEmpty() || !parts.get(1).equals("v2")) {
            return Optional.empty();
        }
        List<String> rest = parts.subList(2, parts.size());
        if (rest.isEmpty()) {
            return Optional.of(new ServerMetadata());
        }
        if (rest.equals(List.of("health", "live"))) {
            return Optional.of(new Live());
        }
        if (rest.equals(List.of("health", "ready"))) {
            return Optional.of(new Ready());
        }
        return rest.get(0).equals("models") && rest.size() >= 2 ? model(rest) : Optional.empty();
    }

    private static Optional<Route> model(List<String> rest) {
        String model = decode(rest.get(1));
        boolean versioned = rest.size() >= 4 && rest.get(2).equals("versions");
        Optional<String> version = versioned ? Optional.of(decode(rest.get(3))) : Optional.empty();
        List<String> verb = rest.subList(versioned ? 4 : 2, rest.size());
        if (verb.isEmpty()) {
            return Optional.of(new Metadata(model, version));
        }
        if (verb.equals(List.of("ready"))) {
            return Optional.of(new ModelReady(model, version));
        }
        return verb.equals(List.of("infer")) ? Optional.of(new Infer(model, version)) : Optional.empty();
    }

    private static String decode(String segment) {
        try {
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return segment; // names no model, which is what the caller will be told
        }
    }
}
