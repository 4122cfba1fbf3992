package dev.edgewright.controller.webhook;

import dev.edgewright.controller.events.WebhookSender;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Posts with Vert.x. The connection goes to the address that was checked, while TLS and the Host header go by the name. The answer's body is not
 * read: the connection is closed instead. Redirects are answers like any other.
 */
public final class VertxWebhookSender implements WebhookSender, AutoCloseable {

    private static final int MOST_CONNECTIONS = 4;
    private static final int MAX_HEADER_BYTES = 8192;

    private final HttpClient client;
    private final long withinMillis;

    public VertxWebhookSender(Vertx vertx, Duration within) {
        this.withinMillis = within.toMillis();
        this.client = vertx.createHttpClient(
                new HttpClientOptions()
                        .setConnectTimeout((int) Math.min(5000, withinMillis))
                        .setKeepAlive(false)
                        .setMaxHeaderSize(MAX_HEADER_BYTES)
                        .setDecompressionSupported(false)
                        .setTrustAll(false)
                        .setVerifyHost(true),
                new PoolOptions().setHttp1MaxSize(MOST_CONNECTIONS));
    }

    @Override
    public CompletionStage<Integer> post(URI url, InetAddress address, Map<String, String> headers, byte[] body) {
        boolean tls = url.getScheme().equalsIgnoreCase("https");
        int port = url.getPort() > 0 ? url.getPort() : tls ? 443 : 80;
        var options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setServer(SocketAddress.inetSocketAddress(port, address.getHostAddress()))
                .setHost(url.getHost())
                .setPort(port)
                .setSsl(tls)
                .setURI(path(url))
                .setFollowRedirects(false)
                .setTimeout(withinMillis);
        headers.forEach(options::addHeader);
        return client.request(options)
                .compose(request -> request.send(Buffer.buffer(body)).map(response -> {
                    int status = response.statusCode();
                    request.connection().close();
                    return status;
                }))
                .toCompletionStage();
    }

    private static String path(URI url) {
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
    }

    @Override
    public void close() {
        client.close();
    }
}
