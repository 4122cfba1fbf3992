package dev.edgewright.simulator.fleet;

import dev.edgewright.common.error.EdgewrightException;
import java.net.URI;

/**
 * Where the broker is.
 *
 * @param tls whether to speak TLS, with the authorities that this Java runtime trusts
 */
public record BrokerAddress(String host, int port, boolean tls) {

    private static final int PLAIN_PORT = 1883;
    private static final int TLS_PORT = 8883;

    /** {@code tcp://HOST:PORT} or {@code ssl://HOST:PORT}; throws {@code BROKER_INVALID} (caller) for anything else. */
    public static BrokerAddress of(URI uri) {
        boolean tls = "ssl".equals(uri.getScheme());
        if (uri.getHost() == null || !tls && !"tcp".equals(uri.getScheme())) {
            throw EdgewrightException.caller(
                    "BROKER_INVALID", "a broker is tcp://HOST:PORT or ssl://HOST:PORT, this is '" + uri + "'");
        }
        return new BrokerAddress(uri.getHost(), uri.getPort() > 0 ? uri.getPort() : tls ? TLS_PORT : PLAIN_PORT, tls);
    }
}
