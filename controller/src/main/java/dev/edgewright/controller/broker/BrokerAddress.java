package dev.edgewright.controller.broker;

import dev.edgewright.common.error.EdgewrightException;
import java.net.URI;
import java.util.Objects;

/**
 * Where the broker is to be: {@code embedded:HOST:PORT} starts one in this process (port 0 takes a free one),
 * {@code tcp://HOST:PORT} or {@code ssl://HOST:PORT} uses one that runs already.
 */
public sealed interface BrokerAddress {

    /** A broker to start in this process. */
    record Embedded(String host, int port) implements BrokerAddress {
        public Embedded {
            Objects.requireNonNull(host, "host");
        }
    }

    /** A broker that runs already. */
    record External(URI uri) implements BrokerAddress {
        public External {
            Objects.requireNonNull(uri, "uri");
        }
    }

    /** @throws EdgewrightException CONFIG_INVALID when {@code text} is neither form */
    static BrokerAddress parse(String text) {
        if (text.startsWith("embedded:")) {
            var hostAndPort = text.substring("embedded:".length());
            int colon = hostAndPort.lastIndexOf(':');
            if (colon > 0) {
                try {
                    int port = Integer.parseInt(hostAndPort.substring(colon + 1));
                    if (port >= 0 && port <= 65_535) {
                        return new Embedded(hostAndPort.substring(0, colon), port);
                    }
                } catch (NumberFormatException e) {
                    throw invalid(text);
                }
            }
        } else if (text.startsWith("tcp://") || text.startsWith("ssl://")) {
            try {
                var uri = URI.create(text);
                if (uri.getHost() != null && uri.getPort() > 0) {
                    return new External(uri);
                }
            } catch (IllegalArgumentException e) {
                throw invalid(text);
            }
        }
        throw invalid(text);
    }

    private static EdgewrightException invalid(String text) {
        return EdgewrightException.caller(
                "CONFIG_INVALID",
                "mqtt: '" + text
                        + "' is no broker; write embedded:127.0.0.1:1883 or tcp://HOST:PORT or ssl://HOST:PORT");
    }
}
