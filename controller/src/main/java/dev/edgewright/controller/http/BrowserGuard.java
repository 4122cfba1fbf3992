package dev.edgewright.controller.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.util.Set;

/**
 * Keeps a web page of somebody else from using the operator's browser against the controller, which asks for no login on
 * loopback: a name that was pointed at loopback (DNS rebinding) is refused by its Host, a cross-site change by its Origin.
 * Also puts the headers on every answer that make the console safe to open.
 */
final class BrowserGuard implements Handler<RoutingContext> {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1", "[::1]");
    private static final Set<HttpMethod> READS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                    + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final boolean loopbackOnly;

    /** @param bound host that the server listens on */
    BrowserGuard(String bound) {
        this.loopbackOnly = LOOPBACK.contains(bound);
    }

    static boolean loopback(String host) {
        return LOOPBACK.contains(host);
    }

    @Override
    public void handle(RoutingContext context) {
        context.response()
                .putHeader("content-security-policy", CONTENT_SECURITY_POLICY)
                .putHeader("x-content-type-options", "nosniff")
                .putHeader("referrer-policy", "no-referrer")
                .putHeader("cross-origin-resource-policy", "same-origin");
        var authority = context.request().authority();
        if (loopbackOnly && (authority == null || !LOOPBACK.contains(authority.host()))) {
            refuse(context, "HOST_REFUSED", "this controller answers to localhost and loopback addresses only");
        } else if (!READS.contains(context.request().method()) && crossSite(context, authority)) {
            refuse(context, "ORIGIN_REFUSED", "a page of another site may not change anything here");
        } else {
            context.next();
        }
    }

    private static boolean crossSite(RoutingContext context, HostAndPort authority) {
        var origin = context.request().getHeader("origin");
        if (origin == null) {
            return "cross-site".equals(context.request().getHeader("sec-fetch-site"));
        }
        try {
            var uri = URI.create(origin);
            return authority == null || !authority.host().equals(uri.getHost()) || port(uri) != port(authority);
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    private static int port(URI uri) {
        return uri.getPort() > 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
    }

    private static int port(HostAndPort authority) {
        return authority.port() > 0 ? authority.port() : 80;
    }

    private static void refuse(RoutingContext context, String code, String detail) {
        Mount.write(context, Reply.problem(Problem.of(403, code, detail, null)));
    }
}
