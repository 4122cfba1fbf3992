package dev.edgewright.controller.http;

import io.vertx.core.http.HttpServerRequest;

/**
 * Who asks, as far as the request says it. There is no login, so a name is a claim, unless a proxy that knows its users sets {@code x-forwarded-user}
 * and lets no client do so.
 *
 * @param name at most 128 printable characters
 * @param via "proxy", "cli", "console", "api", or "remote" for nobody but an address
 */
record Actor(String name, String via) {

    private static final int LONGEST = 128;

    static Actor of(HttpServerRequest request) {
        var forwarded = clean(request.getHeader("x-forwarded-user"));
        if (!forwarded.isEmpty()) {
            return new Actor(forwarded, "proxy");
        }
        var client = clean(request.getHeader("edgewright-client"));
        var via = client.equals("cli") || client.equals("console") ? client : "api";
        var named = clean(request.getHeader("edgewright-actor"));
        if (!named.isEmpty()) {
            return new Actor(named, via);
        }
        var remote = request.remoteAddress();
        return new Actor(remote == null || remote.hostAddress() == null ? "unknown" : remote.hostAddress(), "remote");
    }

    private static String clean(String header) {
        if (header == null) {
            return "";
        }
        var printable = header.codePoints()
                .filter(c -> !Character.isISOControl(c))
                .limit(LONGEST)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return printable.strip();
    }
}
