package dev.edgewright.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.cli.remote.Api;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every panel's query returns data in a real Prometheus that scrapes a real controller, which real agents feed: the
 * demo. Once with native histograms and once with classic ones, at the same time.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PanelsIT {
    private static final Pattern METRICS = Pattern.compile("Metrics (http://\\S+)/metrics");

    @TempDir
    Path folder;

    @Test
    void everyPanelShowsDataFromNativeAndFromClassicHistograms() throws Exception {
        Path program = Tools.need("prometheus", "every panel's query returns data from a fleet that runs");
        Process demo = demo();
        try {
            URI controller = URI.create(await(METRICS, Duration.ofMinutes(4)).group(1));
            String broker = new Api(controller).get("/info").path("brokerUrl").asText();
            await(Pattern.compile("Rollout (\\S+): one device first"), Duration.ofMinutes(5));
            try (SensorDevice sensor = new SensorDevice(broker, "fashion-mnist");
                    PrometheusServer natively = new PrometheusServer(program, folder, "native", controller);
                    PrometheusServer classically = new PrometheusServer(program, folder, "classic", controller)) {
                for (Dashboard dashboard : Checkout.dashboards()) {
                    for (Dashboard.Query query : dashboard.queries()) {
                        showsData(query, natively, sensor);
                        showsData(query, classically, sensor);
                    }
                }
                assertThat(natively.query("edgewright_inference_duration_seconds_bucket"))
                        .isEmpty();
                assertThat(classically.query("edgewright_inference_duration_seconds_bucket"))
                        .isNotEmpty();
            }
        } finally {
            demo.destroy();
            demo.waitFor(1, TimeUnit.MINUTES);
        }
    }

    private static void showsData(Dashboard.Query query, PrometheusServer server, SensorDevice sensor) {
        Awaitility.await(query.toString())
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    publish(sensor);
                    return !server.query(query.forPrometheus()).isEmpty();
                });
    }

    private static void publish(SensorDevice sensor) {
        try {
            sensor.window();
        } catch (MqttException e) {
            throw new AssertionError("the broker took no telemetry", e);
        }
    }

    private Process demo() throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Djava.io.tmpdir=" + folder,
                "-Dedgewright.home=" + Checkout.ROOT,
                "dev.edgewright.cli.Main",
                "demo"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile());
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        return builder.start();
    }

    private Matcher await(Pattern pattern, Duration within) {
        return Awaitility.await(pattern.pattern())
                .atMost(within)
                .until(
                        () -> {
                            Matcher matcher = pattern.matcher(Files.readString(folder.resolve("output")));
                            return matcher.find() ? matcher : null;
                        },
                        java.util.Objects::nonNull);
    }
}
