package dev.edgewright.controller.http;

import dev.edgewright.common.error.EdgewrightException;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.Set;

/**
 * One request as a route sees it: parameters checked, body complete. May be read on any thread.
 *
 * @param context of Vert.x; only its immutable parts are touched here
 */
record Request(RoutingContext context) {

    String path(String name) {
        return context.pathParam(name);
    }

    /** A query parameter; an empty one counts as left out. */
    Optional<String> query(String name) {
        return Optional.ofNullable(context.queryParams().get(name)).filter(v -> !v.isBlank());
    }

    /** @throws EdgewrightException PARAMETER_INVALID when it is no whole number or out of bounds */
    int wholeNumber(String name, int otherwise, int low, int high) {
        return query(name)
                .map(text -> {
                    try {
                        int value = Integer.parseInt(text);
                        if (value >= low && value <= high) {
                            return value;
                        }
                    } catch (NumberFormatException e) {
                        // said below
                    }
                    throw invalid(name, text, "a whole number from " + low + " to " + high);
                })
                .orElse(otherwise);
    }

    /** A number from 0 to 1. @throws EdgewrightException PARAMETER_INVALID */
    Optional<Double> ratio(String name) {
        return query(name).map(text -> {
            try {
                double value = Double.parseDouble(text);
                if (value >= 0 && value <= 1) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // said below
            }
            throw invalid(name, text, "a number from 0 to 1");
        });
    }

    /** One of a few words. @throws EdgewrightException PARAMETER_INVALID */
    String oneOf(String name, String otherwise, Set<String> words) {
        var value = query(name).orElse(otherwise);
        if (!words.contains(value)) {
            throw invalid(name, value, "one of " + String.join(", ", new java.util.TreeSet<>(words)));
        }
        return value;
    }

    /** Refuses parameters that the route does not know, so that a typing error is no silent default. */
    Request only(Set<String> names) {
        for (var name : context.queryParams().names()) {
            if (!names.contains(name)) {
                throw EdgewrightException.caller(
                        "PARAMETER_UNKNOWN",
                        "unknown query parameter '" + name + "'; known here: "
                                + (names.isEmpty() ? "none" : String.join(", ", new java.util.TreeSet<>(names))));
            }
        }
        return this;
    }

    /** The body read strictly. @throws EdgewrightException JSON_INVALID, FIELD_UNKNOWN, FIELD_INVALID */
    <T> T json(Class<T> type) {
        return Json.read(body(), type);
    }

    /** Who asks. */
    String who() {
        return Actor.of(context.request()).name();
    }

    /** For the audit log: what the object was. */
    void was(String before) {
        Audited.was(context, before);
    }

    /** For the audit log: what the object is. */
    void is(String after) {
        Audited.is(context, after);
    }

    boolean hasBody() {
        return body().length > 0;
    }

    private byte[] body() {
        var buffer = context.body() == null ? null : context.body().buffer();
        return buffer == null ? new byte[0] : buffer.getBytes();
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(context.request().getHeader(name));
    }

    private static EdgewrightException invalid(String name, String text, String wanted) {
        return EdgewrightException.caller(
                "PARAMETER_INVALID", "query parameter '" + name + "' is '" + text + "'; it must be " + wanted);
    }
}
