package dev.edgewright.controller.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.common.telemetry.LatencySketch;
import dev.edgewright.controller.fake.FakeTelemetry;
import dev.edgewright.controller.telemetry.Series;
import dev.edgewright.controller.telemetry.SeriesKey;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricsTest {
    private static final String PROTOBUF =
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

    private final FakeTelemetry telemetry = new FakeTelemetry();
    private final Metrics metrics = Metrics.create();

    @BeforeEach
    void fill() {
        metrics.register(new InferenceMetrics(telemetry));
        var latency = new LatencySketch();
        for (double ms : new double[] {0.9, 1, 1, 2, 3.9, 4, 100, 30_000}) {
            latency.record(ms / 1000);
        }
        telemetry.series.add(new Series(
                new SeriesKey("digits", "int8-static", "x86_64/test/1t/2g/avx2", "canary"),
                latency,
                8,
                2,
                Map.of("rapl", new Series.Joules(12.5, 7.25))));
    }

    @AfterEach
    void close() {
        metrics.close();
    }

    @Test
    void text_has_the_classic_histogram_with_cumulative_buckets() {
        var text = text(metrics.scrape(null));
        var labels = "class=\"x86_64/test/1t/2g/avx2\",cohort=\"canary\",model=\"digits\",variant=\"int8-static\"";
        assertThat(text)
                .contains("# TYPE edgewright_inference_duration_seconds histogram")
                .contains("edgewright_inference_duration_seconds_bucket{" + labels + ",le=\"9.765625E-4\"} 1")
                .contains("edgewright_inference_duration_seconds_bucket{" + labels + ",le=\"0.001953125\"} 3")
                .contains("edgewright_inference_duration_seconds_bucket{" + labels + ",le=\"0.00390625\"} 5")
                .contains("edgewright_inference_duration_seconds_bucket{" + labels + ",le=\"16.0\"} 7")
                .contains("edgewright_inference_duration_seconds_bucket{" + labels + ",le=\"+Inf\"} 8")
                .contains("edgewright_inference_duration_seconds_count{" + labels + "} 8")
                .contains("edgewright_inference_requests_total{" + labels + "} 8.0")
                .contains("edgewright_inference_errors_total{" + labels + "} 2.0");
    }

    @Test
    void energy_carries_source_and_kind() {
        assertThat(text(metrics.scrape(null)))
                .containsPattern(
                        "edgewright_inference_energy_joules_total\\{[^}]*kind=\"gross\"[^}]*source=\"rapl\"[^}]*} 12.5")
                .containsPattern(
                        "edgewright_inference_energy_joules_total\\{[^}]*kind=\"net\"[^}]*source=\"rapl\"[^}]*} 7.25");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/plain;version=0.0.4 | text/plain",
                "application/openmetrics-text; version=1.0.0 | application/openmetrics-text",
                PROTOBUF + " | application/vnd.google.protobuf",
            })
    void each_format_that_prometheus_asks_for_is_given(String accept, String type) {
        var scraped = metrics.scrape(accept);
        assertThat(scraped.contentType()).startsWith(type);
        assertThat(scraped.body()).isNotEmpty();
    }

    @Test
    void the_jvm_is_in_the_same_registry() {
        assertThat(text(metrics.scrape(null))).contains("jvm_memory_used_bytes").contains("process_uptime_seconds");
    }

    private static String text(Metrics.Scraped scraped) {
        return new String(scraped.body(), StandardCharsets.UTF_8);
    }
}
