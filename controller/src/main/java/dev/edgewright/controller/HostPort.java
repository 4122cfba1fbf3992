package dev.edgewright.controller;

import dev.edgewright.common.error.EdgewrightException;
import java.net.InetSocketAddress;

/**
 * An address to listen on, {@code 127.0.0.1:8080} or {@code [::1]:8080}.
 *
 * @param port 0 takes a free one
 */
record HostPort(String host, int port) {

    /** @throws EdgewrightException CONFIG_INVALID */
    static HostPort parse(String setting, String text) {
        int colon = text.lastIndexOf(':');
        if (colon > 0) {
            try {
                var host = text.substring(0, colon);
                int port = Integer.parseInt(text.substring(colon + 1));
                if (port >= 0 && port <= 65_535) {
                    boolean bracketed = host.startsWith("[") && host.endsWith("]");
                    return new HostPort(bracketed ? host.substring(1, host.length() - 1) : host, port);
                }
            } catch (NumberFormatException e) {
                // said below
            }
        }
        throw EdgewrightException.caller(
                "CONFIG_INVALID", setting + ": '" + text + "' is no HOST:PORT, such as 127.0.0.1:8080");
    }

    InetSocketAddress toSocketAddress() {
        return new InetSocketAddress(host, port);
    }

    boolean loopback() {
        var address = toSocketAddress().getAddress();
        return address != null && address.isLoopbackAddress();
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
