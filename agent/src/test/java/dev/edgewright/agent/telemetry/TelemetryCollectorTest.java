package dev.edgewright.agent.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.edgewright.agent.device.FileRoots;
import dev.edgewright.agent.device.RecordedMachine;
import dev.edgewright.agent.graphs.TestModels;
import dev.edgewright.agent.inference.InferenceSettings;
import dev.edgewright.agent.inference.ModelRegistry;
import dev.edgewright.agent.inference.TensorValue;
import dev.edgewright.agent.power.EnergyMonitor;
import dev.edgewright.agent.power.PowerModel;
import dev.edgewright.agent.serve.Page;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.BootId;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.ModelWindow;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.common.telemetry.LatencySketch;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TelemetryCollectorTest {
    private static final ModelName SCALE = ModelName.of("scale");
    private static final BootId BOOT = BootId.random(new SecureRandom());

    @TempDir
    Path folder;

    private final ModelRegistry registry = new ModelRegistry(new InferenceSettings(1, 0));
    private long nanos;
    private AgentMetrics metrics;
    private TelemetryCollector collector;

    @BeforeEach
    void start() {
        FileRoots roots = RecordedMachine.named("jetson-orin");
        ProcessGauges process = new ProcessGauges(roots);
        EnergyMonitor energy = EnergyMonitor.of(roots, new PowerModel(1, 1), process::cpuSeconds, () -> nanos);
        metrics = new AgentMetrics("0.1", process, () -> Map.of("scale", "WATCHING"), List.of("IDLE", "WATCHING"));
        collector = new TelemetryCollector(
                DeviceId.of("cam-1"), BOOT, registry, energy, process, metrics, Clock.systemUTC());
    }

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void aWindowHoldsWhatEachVariantDidAlsoTheReplacedOne() {
        activate("a", 2);
        infer(3);
        activate("b", 3);
        infer(2);

        TelemetryWindow window = next(5);

        assertThat(window.getDeviceId()).isEqualTo("cam-1");
        assertThat(window.getBootId()).isEqualTo(BOOT.toByteString());
        assertThat(window.getTemperatureCelsius()).isEqualTo(46.5);
        assertThat(window.getResidentBytes()).isPositive();
        assertThat(window.getModelsList()).extracting(ModelWindow::getVariant).containsExactly("a", "b");
        assertThat(window.getModelsList()).extracting(ModelWindow::getRequests).containsExactly(3L, 2L);
        assertThat(LatencySketch.fromProto(window.getModels(0).getLatency()).count())
                .isEqualTo(3);
    }

    @Test
    void windowsAreNumberedAndEachStartsAtZero() {
        activate("a", 2);
        infer(3);

        assertThat(next(5).getSequence()).isEqualTo(1);
        TelemetryWindow second = next(5);
        assertThat(second.getSequence()).isEqualTo(2);
        assertThat(second.getModels(0).getRequests()).isZero();
        assertThat(second.getModels(0).getEnergyList()).isEmpty();
    }

    @Test
    void theModelsShareTheMeasuredEnergyOfTheWindow() {
        activate("a", 2);
        infer(3);
        activate("b", 3);
        infer(2);

        TelemetryWindow window = next(5);

        assertThat(window.getModelsList())
                .allSatisfy(m -> assertThat(m.getEnergyList())
                        .singleElement()
                        .satisfies(e -> assertThat(e.getSource()).isEqualTo("hwmon")));
        assertThat(window.getModelsList().stream()
                        .mapToDouble(m -> m.getEnergy(0).getGrossJoules())
                        .sum())
                .isCloseTo(5.056 * 0.928 * 5, within(1e-6));
    }

    @Test
    void joulesPerInferenceNeedAMinuteOfTheSameVariant() {
        activate("a", 2);
        infer(10);
        next(40);
        assertThat(collector.joulesPerInference(SCALE)).isEmpty();
        infer(10);
        next(40);
        assertThat(collector.joulesPerInference(SCALE).orElseThrow()).isCloseTo(5.056 * 0.928 * 80 / 20, within(1e-6));

        activate("b", 3);
        infer(10);
        next(40);
        assertThat(collector.joulesPerInference(SCALE))
                .as("the new variant's own minute")
                .isEmpty();
    }

    @Test
    void theMetricsPageHasBothHistogramFormsAndEnergyBySource() {
        activate("a", 2);
        infer(4);
        assertThat(catchCaller()).isEqualTo("INPUT_MISSING");
        next(5);

        String text = page("");
        assertThat(text)
                .contains("edgewright_inference_duration_seconds_count{model=\"scale\",variant=\"a\"} 4\n")
                .contains("edgewright_inference_duration_seconds_bucket{model=\"scale\",variant=\"a\",le=\"+Inf\"} 4\n")
                .contains("edgewright_inference_requests_total{model=\"scale\",outcome=\"answered\",variant=\"a\"} 4")
                .contains("edgewright_inference_requests_total{model=\"scale\",outcome=\"rejected\",variant=\"a\"} 1")
                .contains(
                        "edgewright_inference_energy_joules_total{model=\"scale\",part=\"gross\",source=\"hwmon\",variant=\"a\"} 23.")
                .contains("edgewright_device_energy_joules_total{source=\"hwmon\"} 23.")
                .contains("edgewright_model_lifecycle_state{model=\"scale\",state=\"WATCHING\"} 1")
                .contains("edgewright_model_lifecycle_state{model=\"scale\",state=\"IDLE\"} 0")
                .contains("edgewright_agent_info{version=\"0.1\"} 1")
                .contains("process_resident_memory_bytes ");

        Page protobuf = MetricsPage.of(metrics)
                .apply("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited");
        assertThat(protobuf.contentType()).startsWith("application/vnd.google.protobuf");
        assertThat(protobuf.body().length).isGreaterThan(100);
        assertThat(page("application/openmetrics-text; version=1.0.0")).endsWith("# EOF\n");
    }

    @Test
    void countersGrowAcrossWindowsAndSwitches() {
        activate("a", 2);
        infer(4);
        next(5);
        activate("b", 3);
        next(5);
        activate("a", 2);
        infer(1);
        next(5);

        assertThat(page("")).contains("edgewright_inference_duration_seconds_count{model=\"scale\",variant=\"a\"} 5\n");
    }

    @Test
    void theServicePublishesWindowAfterWindowThoughOneIsLost() throws InterruptedException {
        BlockingQueue<TelemetryWindow> published = new LinkedBlockingQueue<>();
        TelemetryService service = TelemetryService.start(collector, Duration.ofMillis(20), window -> {
            if (window.getSequence() == 1) {
                throw EdgewrightException.transient_("LINK_DOWN", "no broker");
            }
            published.add(window);
        });
        try {
            assertThat(published.poll(10, TimeUnit.SECONDS)).isNotNull();
            assertThat(published.poll(10, TimeUnit.SECONDS)).isNotNull();
        } finally {
            service.close();
        }
    }

    private String catchCaller() {
        try {
            registry.infer(SCALE, Map.of());
            return "";
        } catch (EdgewrightException e) {
            return e.code().name();
        }
    }

    private String page(String accept) {
        return new String(MetricsPage.of(metrics).apply(accept).body(), StandardCharsets.UTF_8);
    }

    private TelemetryWindow next(int seconds) {
        nanos += seconds * 1_000_000_000L;
        return collector.next();
    }

    private void activate(String variant, float factor) {
        Path file = TestModels.write(folder, variant + ".onnx", TestModels.scale(factor));
        registry.activate(registry.prepare(SCALE, file, TestModels.manifest("scale", variant)));
    }

    private void infer(int times) {
        for (int i = 0; i < times; i++) {
            registry.infer(SCALE, Map.of("x", TensorValue.ofFloats(new long[] {1, 4}, 1, 2, 3, 4)));
        }
    }
}
