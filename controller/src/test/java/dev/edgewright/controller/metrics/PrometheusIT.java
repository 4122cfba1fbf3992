package dev.edgewright.controller.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.edgewright.common.telemetry.LatencySketch;
import dev.edgewright.controller.fake.FakeTelemetry;
import dev.edgewright.controller.fake.Tool;
import dev.edgewright.controller.telemetry.Series;
import dev.edgewright.controller.telemetry.SeriesKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real Prometheus reads the histogram in both forms and agrees with the sketch. */
class PrometheusIT {
    @TempDir
    Path folder;

    private HttpServer target;
    private Process prometheus;
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void stop() throws InterruptedException {
        if (prometheus != null) {
            prometheus.destroy();
            if (!prometheus.waitFor(10, TimeUnit.SECONDS)) {
                prometheus.destroyForcibly();
            }
        }
        if (target != null) {
            target.stop(0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_quantile_in_prometheus_is_the_quantile_of_the_sketch(boolean nativeHistograms) throws Exception {
        var program =
                Tool.require("prometheus", "that Prometheus reads native and classic histograms of the controller");
        var sketch = new LatencySketch();
        for (int i = 1; i <= 1000; i++) {
            sketch.record(i / 100_000.0); // 0.01 ms .. 10 ms
        }
        int port = start(program, sketch, nativeHistograms);
        var query = nativeHistograms
                ? "histogram_quantile(0.5, edgewright_inference_duration_seconds)"
                : "histogram_quantile(0.5, edgewright_inference_duration_seconds_bucket)";
        double factor = nativeHistograms ? LatencySketch.QUANTILE_FACTOR : Math.sqrt(2);
        await().atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> {
                    var answer = query(port, query);
                    assertThat(answer).contains("\"value\":");
                    double median =
                            Double.parseDouble(answer.replaceAll("(?s).*\"value\":\\[[0-9.]+,\"([^\"]+)\".*", "$1"));
                    assertThat(median).isBetween(0.005 / factor, 0.005 * factor);
                });
    }

    private int start(Path program, LatencySketch sketch, boolean nativeHistograms) throws IOException {
        var telemetry = new FakeTelemetry();
        telemetry.series.add(
                new Series(new SeriesKey("digits", "fp32", "class", "stable"), sketch, sketch.count(), 0, Map.of()));
        var metrics = Metrics.create();
        metrics.register(new InferenceMetrics(telemetry));
        target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        target.createContext("/metrics", exchange -> {
            var scraped = metrics.scrape(exchange.getRequestHeaders().getFirst("Accept"));
            exchange.getResponseHeaders().set("Content-Type", scraped.contentType());
            exchange.sendResponseHeaders(200, scraped.body().length);
            try (var out = exchange.getResponseBody()) {
                out.write(scraped.body());
            }
        });
        target.start();
        int port = Tool.freePort();
        var config = folder.resolve("prometheus.yml");
        Files.writeString(config, """
                global: {scrape_interval: 1s}
                scrape_configs:
                  - job_name: controller
                    static_configs: [{targets: ["127.0.0.1:%d"]}]
                """.formatted(target.getAddress().getPort()));
        var command = new java.util.ArrayList<>(java.util.List.of(
                program.toString(),
                "--config.file=" + config,
                "--storage.tsdb.path=" + folder.resolve("tsdb"),
                "--web.listen-address=127.0.0.1:" + port));
        if (nativeHistograms) {
            command.add("--enable-feature=native-histograms");
        }
        prometheus = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus.log").toFile())
                .start();
        return port;
    }

    private String query(int port, String query) throws InterruptedException {
        try {
            return http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/query?query="
                                            + URLEncoder.encode(query, StandardCharsets.UTF_8)))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            return "not yet: " + e.getMessage();
        }
    }

    @Test
    void a_scrape_without_series_is_valid() {
        try (var metrics = Metrics.create()) {
            metrics.register(new InferenceMetrics(new FakeTelemetry()));
            assertThat(metrics.scrape(null).body()).isNotEmpty();
        }
    }
}
