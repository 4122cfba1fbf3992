package dev.edgewright.controller.http;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.ProtocolCounters;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.controller.ControllerDomain;
import dev.edgewright.controller.catalog.OriginalMaker;
import dev.edgewright.controller.events.DeliveryPolicy;
import dev.edgewright.controller.events.Reach;
import dev.edgewright.controller.http.view.InfoView;
import dev.edgewright.controller.http.view.RolloutBodySection;
import dev.edgewright.controller.metrics.FleetMetrics;
import dev.edgewright.controller.metrics.InferenceMetrics;
import dev.edgewright.controller.metrics.Metrics;
import dev.edgewright.controller.metrics.ProtocolMetrics;
import dev.edgewright.controller.testing.FakeDevice;
import dev.edgewright.controller.webhook.VertxWebhookSender;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** The HTTP interface over the real domain on SQLite and disk, with devices that live in the same process. */
final class HttpFixture implements AutoCloseable {
    static final int MAX_MODEL_BYTES = 1 << 20;
    static final int MAX_STREAMS = 2;

    final ControllerDomain domain;
    final HttpEdge edge;
    final Map<DeviceId, FakeDevice> devices = new ConcurrentHashMap<>();
    private final Vertx vertx = Vertx.vertx();
    private final Metrics metrics = Metrics.create();
    private final HttpClient client = HttpClient.newHttpClient();

    HttpFixture(Path folder) {
        var maker = new OriginalMaker();
        domain = new ControllerDomain(
                ControllerDomain.Settings.in(folder.resolve("data")),
                maker,
                this::deliver,
                (device, trial) -> true,
                new RolloutBodySection(),
                (blob, index, frame) -> true,
                Clock.systemUTC());
        domain.start();
        metrics.register(new InferenceMetrics(domain.telemetry()));
        metrics.register(new FleetMetrics(domain.fleet()));
        metrics.register(new ProtocolMetrics(new ProtocolCounters(), domain.telemetry()));
        var trust = new InfoView.Trust(
                "fleet",
                domain.fleetKey().keyId(),
                java.util.Base64.getEncoder()
                        .encodeToString(domain.fleetKey().publicKey().raw()),
                domain.fleetKey().publicKey().toPem());
        var info = new InfoView(
                "test",
                "tcp://127.0.0.1:1883",
                true,
                null,
                Clock.systemUTC().instant().toString(),
                List.of(trust));
        edge = HttpEdge.start(
                vertx,
                new HttpSettings(
                        "127.0.0.1", 0, folder.resolve("uploads"), MAX_MODEL_BYTES, MAX_MODEL_BYTES, 4, MAX_STREAMS),
                new ControllerApi(
                        domain.fleet(),
                        domain.telemetry(),
                        domain.catalog(),
                        domain.blobs(),
                        maker,
                        domain.selection(),
                        domain.rollouts(),
                        domain.jobs(),
                        domain.events(),
                        domain.startWebhooks(
                                new VertxWebhookSender(vertx, Duration.ofSeconds(5)),
                                Reach.parse("loopback"),
                                new DeliveryPolicy(
                                        3, Duration.ofMillis(50), Duration.ofMillis(200), Duration.ofSeconds(5))),
                        domain.audit(),
                        new ControllerApi.Choosing(
                                domain.classes(),
                                domain.knowledge(),
                                domain.decisions(),
                                domain.trials(),
                                domain.deployments()),
                        () -> info,
                        Map.of("database", domain::databaseTrouble),
                        accept -> {
                            var scraped = metrics.scrape(accept);
                            return new ControllerApi.Scraped(scraped.contentType(), scraped.body());
                        }),
                Clock.systemUTC());
    }

    private CompletionStage<Void> deliver(DeviceId device, Signed signed) {
        try {
            var state = DesiredState.parseFrom(signed.getPayload());
            if (devices.containsKey(device)) {
                devices.get(device).receive(state);
            }
            return CompletableFuture.completedFuture(null);
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    FakeDevice device(String id) {
        var device = new FakeDevice(id, domain.fleet());
        devices.put(device.id(), device);
        return device.connects();
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + edge.port() + path);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(30));
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    HttpResponse<byte[]> get(String path) throws Exception {
        return send(request(path).GET());
    }

    HttpResponse<byte[]> post(String path, String contentType, byte[] body) throws Exception {
        return send(
                request(path).header("content-type", contentType).POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    HttpResponse<byte[]> postJson(String path, String json) throws Exception {
        return post(path, "application/json", json.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        edge.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        domain.close();
        metrics.close();
    }
}
