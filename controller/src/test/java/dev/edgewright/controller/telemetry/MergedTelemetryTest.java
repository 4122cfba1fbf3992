package dev.edgewright.controller.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Energy;
import dev.edgewright.common.protocol.v1.ModelWindow;
import dev.edgewright.common.protocol.v1.Sketch;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.common.telemetry.LatencySketch;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.DeviceRegistry;
import dev.edgewright.controller.fleet.FleetStore;
import dev.edgewright.controller.testing.FakeDevice;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;

class MergedTelemetryTest {

    private static final Digest MANIFEST = Digest.of(new byte[] {1});

    private final DeviceRegistry fleet = new DeviceRegistry(new Forgetful(), Clock.systemUTC());
    private final MergedTelemetry telemetry =
            new MergedTelemetry(fleet, (d, m) -> d.value().endsWith("1") ? "canary" : "stable", Clock.systemUTC());

    private record Forgetful() implements FleetStore {
        @Override
        public List<Device> all() {
            return List.of();
        }

        @Override
        public void save(Collection<Device> devices) {
            // Nothing is asked back.
        }

        @Override
        public void remove(DeviceId device) {
            // Nothing is kept.
        }
    }

    private static TelemetryWindow window(String boot, long sequence, double seconds, int requests) {
        var sketch = new LatencySketch();
        for (int i = 0; i < requests; i++) {
            sketch.record(seconds);
        }
        return TelemetryWindow.newBuilder()
                .setBootId(ByteString.copyFromUtf8(boot))
                .setSequence(sequence)
                .addModels(ModelWindow.newBuilder()
                        .setModel("m")
                        .setVariant("fp32")
                        .setManifest(MANIFEST.toByteString())
                        .setLatency(sketch.toProto())
                        .setRequests(requests)
                        .setErrors(1)
                        .addEnergy(energy("estimated", 9))
                        .addEnergy(energy("rapl", 0.5 * requests)))
                .build();
    }

    private static Energy energy(String source, double net) {
        return Energy.newBuilder()
                .setSource(source)
                .setGrossJoules(2 * net)
                .setNetJoules(net)
                .build();
    }

    @Test
    void windows_of_many_devices_become_one_series_that_does_not_shrink_when_one_leaves() {
        for (String id : List.of("cam-2", "cam-3")) {
            new FakeDevice(id, fleet).connects();
            telemetry.onTelemetry(DeviceId.of(id), window("boot", 1, 0.010, 10));
        }
        assertThat(telemetry.series()).singleElement().satisfies(s -> {
            assertThat(s.key().cohort()).isEqualTo("stable");
            assertThat(s.key().hardwareClass()).startsWith("x86_64/test");
            assertThat(s.requests()).isEqualTo(20);
            assertThat(s.errors()).isEqualTo(2);
            assertThat(s.latency().count()).isEqualTo(20);
            assertThat(s.energy().get("rapl").net()).isEqualTo(10);
        });
        telemetry.forget(DeviceId.of("cam-2"));
        fleet.remove(DeviceId.of("cam-2"));
        assertThat(telemetry.series().get(0).requests()).isEqualTo(20);
        assertThat(telemetry.latest(DeviceId.of("cam-2"))).isEmpty();
    }

    @Test
    void duplicates_reordered_windows_and_old_boots_are_counted_and_dropped() {
        var cam = DeviceId.of("cam-2");
        telemetry.onTelemetry(cam, window("a", 1, 0.01, 1));
        telemetry.onTelemetry(cam, window("a", 3, 0.01, 1));
        telemetry.onTelemetry(cam, window("a", 3, 0.01, 1));
        telemetry.onTelemetry(cam, window("a", 2, 0.01, 1));
        telemetry.onTelemetry(cam, window("b", 1, 0.01, 1));
        telemetry.onTelemetry(cam, window("a", 9, 0.01, 1));
        assertThat(telemetry.series().get(0).requests()).isEqualTo(3);
        assertThat(telemetry.dropped())
                .containsEntry("duplicate", 1L)
                .containsEntry("reordered", 1L)
                .containsEntry("old-boot", 1L);
    }

    @Test
    void a_sketch_that_cannot_be_read_is_dropped_whole() {
        var bad = window("a", 1, 0.01, 1).toBuilder();
        bad.getModelsBuilder(0).setLatency(Sketch.newBuilder().setSchema(3).addCounts(1));
        telemetry.onTelemetry(DeviceId.of("cam-2"), bad.build());
        assertThat(telemetry.series()).isEmpty();
        assertThat(telemetry.dropped()).containsEntry("malformed", 1L);
    }

    @Test
    void the_latest_window_and_the_usage_of_a_manifest_are_kept_by_device() {
        var cam = DeviceId.of("cam-1");
        telemetry.onTelemetry(cam, window("a", 1, 0.010, 10));
        telemetry.onTelemetry(cam, window("a", 2, 0.020, 10));
        assertThat(telemetry.latest(cam).orElseThrow().models()).singleElement().satisfies(m -> {
            assertThat(m.p50Ms()).isBetween(18.0, 22.0);
            assertThat(m.joulesPerInference()).isEqualTo(0.5);
            assertThat(m.energySource()).isEqualTo("rapl");
        });
        var usage = telemetry.usage(cam, ModelName.of("m"), MANIFEST).orElseThrow();
        assertThat(usage.requests()).isEqualTo(20);
        assertThat(usage.joulesPerInference()).isEqualTo(0.5);
        assertThat(usage.joulesSpread()).isZero();
        assertThat(telemetry.series().get(0).key().cohort()).isEqualTo("canary");
    }
}
