package dev.edgewright.agent.serve;

/**
 * Where and within which limits the device answers.
 *
 * @param host address to bind; loopback unless the operator says otherwise
 * @param port 0 for a free one
 * @param maxBodyBytes of a request
 * @param maxHeaderBytes of a request's headers together
 * @param concurrency requests that may run at once; each has a thread of its own, made when first needed
 * @param maxConnections open at once; one more is answered 503 and closed
 */
public record ServeSettings(
        String host, int port, int maxBodyBytes, int maxHeaderBytes, int concurrency, int maxConnections) {
    public static final ServeSettings DEFAULT = new ServeSettings("127.0.0.1", 8090, 64 << 20, 8 << 10, 8, 128);

    public ServeSettings {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port must be 0..65535, is " + port);
        }
        if (maxBodyBytes < 1 || maxHeaderBytes < 256 || concurrency < 1 || maxConnections < concurrency) {
            throw new IllegalArgumentException("limits must be positive, and maxConnections at least concurrency: "
                    + maxBodyBytes + ", " + maxHeaderBytes + ", " + concurrency + ", " + maxConnections);
        }
    }

    /** The same limits at another address. */
    public ServeSettings at(String newHost, int newPort) {
        return new ServeSettings(newHost, newPort, maxBodyBytes, maxHeaderBytes, concurrency, maxConnections);
    }
}
