package dev.edgewright.controller.rollout;

import com.google.protobuf.ByteString;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.id.RolloutId;
import dev.edgewright.common.protocol.v1.Accuracy;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.Energy;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.ModelWindow;
import dev.edgewright.common.protocol.v1.ShadowWindow;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.common.protocol.v1.Tolerance;
import dev.edgewright.common.signing.SigningKey;
import dev.edgewright.common.telemetry.LatencySketch;
import dev.edgewright.controller.catalog.DiskBlobStore;
import dev.edgewright.controller.catalog.ModelInspector;
import dev.edgewright.controller.catalog.NewVariant;
import dev.edgewright.controller.catalog.StoredCatalog;
import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.catalog.Workload;
import dev.edgewright.controller.fleet.DeviceRegistry;
import dev.edgewright.controller.storage.Database;
import dev.edgewright.controller.storage.JdbiCatalogStore;
import dev.edgewright.controller.storage.JdbiFleetStore;
import dev.edgewright.controller.storage.JdbiRolloutStore;
import dev.edgewright.controller.telemetry.MergedTelemetry;
import dev.edgewright.controller.testing.Choosing;
import dev.edgewright.controller.testing.FakeDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** A controller's rooms on SQLite, devices that behave as told, and a clock that is moved by hand. Everything on one thread. */
final class RolloutFixture implements AutoCloseable {

    static final ModelName MODEL = ModelName.of("tiny");

    private final Path folder;
    private final SigningKey fleetKey = SigningKey.generate();
    private final SigningKey catalogKey = SigningKey.generate();
    private final AtomicInteger ids = new AtomicInteger();
    final Map<DeviceId, FakeDevice> devices = new LinkedHashMap<>();
    final List<String> published = new ArrayList<>();
    private Instant now = Instant.parse("2026-03-02T10:00:00Z");
    private boolean linkDown;
    private long windows;
    private final Random random = new Random(5);
    /** Resident memory that devices tell of. */
    long resident = 100_000_000;
    /** Desired states that the broker says it has and that no device gets, from now on. */
    int lost;

    Database database;
    DeviceRegistry fleet;
    StoredCatalog catalog;
    MergedTelemetry telemetry;
    RolloutEngine engine;

    final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    };

    RolloutFixture(Path folder) {
        this.folder = folder;
        start();
    }

    private static final class AnyModel implements ModelInspector {
        @Override
        public Facts inspect(Path onnx) {
            return new Facts(List.of(), List.of(), 17, Map.of("Conv", 1), 10);
        }

        @Override
        public void checkData(Path onnx, Path data) {
            // Any data will do.
        }
    }

    private void start() {
        database = Database.sqlite(folder.resolve("edgewright.db"));
        fleet = new DeviceRegistry(new JdbiFleetStore(database), clock);
        catalog = new StoredCatalog(
                new JdbiCatalogStore(database),
                new DiskBlobStore(folder.resolve("blobs"), 1 << 20),
                new AnyModel(),
                catalogKey,
                folder.resolve("data"),
                StoredCatalog.Bounds.DEFAULT,
                clock);
        var box = new RolloutEngine[1];
        telemetry = new MergedTelemetry(fleet, (d, m) -> box[0].cohort(d, m), clock);
        engine = new RolloutEngine(
                fleet,
                catalog,
                Choosing.over(catalog, fleet, database, clock),
                telemetry,
                new JdbiRolloutStore(database),
                fleetKey,
                this::deliver,
                clock,
                Runnable::run,
                () -> RolloutId.of("ro-" + ids.incrementAndGet()),
                Leadership.ALONE);
        box[0] = engine;
    }

    /** Ends the controller without a goodbye and starts another on the same folder. Devices bring their reports again. */
    RolloutFixture restart() {
        fleet.flush();
        database.close();
        start();
        devices.values().forEach(d -> d.attach(fleet));
        return this;
    }

    /** A version that every device has got. */
    Variant everywhere(String name) {
        var variant = version(name);
        engine.create(request(List.of(), GatePolicy.DEFAULT));
        return variant;
    }

    /** A device tells of a window in which something ran beside what serves, and the engine looks. */
    void beside(int device, ShadowWindow.Builder window) {
        var sketch = new LatencySketch();
        sketch.record(0.002);
        telemetry.onTelemetry(
                device(device).id(),
                TelemetryWindow.newBuilder()
                        .setBootId(ByteString.copyFromUtf8("boot"))
                        .setSequence(++windows)
                        .addShadows(window.setModel(MODEL.value())
                                .setLatency(sketch.toProto())
                                .setActiveLatency(sketch.toProto()))
                        .build());
        engine.tick();
    }

    /** Ten windows of 40 requests around {@code ms}, one in five twice as slow: the noise of a busy machine. */
    void serves(int device, Variant variant, double ms, int errors, double joules) {
        for (int w = 0; w < 10; w++) {
            var sketch = new LatencySketch();
            for (int i = 0; i < 40; i++) {
                double noise = 1 + 0.1 * random.nextDouble() + (random.nextInt(5) == 0 ? 1 : 0);
                sketch.record(ms * noise / 1000);
            }
            telemetry.onTelemetry(
                    device(device).id(),
                    TelemetryWindow.newBuilder()
                            .setBootId(ByteString.copyFromUtf8("boot"))
                            .setSequence(++windows)
                            .setResidentBytes(resident)
                            .addModels(ModelWindow.newBuilder()
                                    .setModel(MODEL.value())
                                    .setVariant(variant.name())
                                    .setManifest(variant.digest().toByteString())
                                    .setLatency(sketch.toProto())
                                    .setRequests(40)
                                    .setErrors(errors)
                                    .addEnergy(Energy.newBuilder()
                                            .setSource("rapl")
                                            .setNetJoules(40 * joules * (0.95 + 0.1 * random.nextDouble()))))
                            .build());
        }
    }

    RolloutFixture linkDown(boolean down) {
        linkDown = down;
        return this;
    }

    CompletionStage<Void> deliver(DeviceId device, Signed signed) {
        if (linkDown) {
            return CompletableFuture.failedFuture(new IOException("no link"));
        }
        try {
            var desired = DesiredState.parseFrom(signed.getPayload());
            published.add(device + " " + desired.getSequence());
            var fake = lost-- > 0 ? null : devices.get(device);
            if (fake != null) {
                fake.receive(desired);
            }
            return CompletableFuture.completedFuture(null);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    RolloutFixture devices(int count) {
        for (int i = 1; i <= count; i++) {
            var device = new FakeDevice(String.format("cam-%02d", i), fleet);
            devices.put(device.id(), device);
            device.connects();
        }
        return this;
    }

    FakeDevice device(int number) {
        return devices.get(DeviceId.of(String.format("cam-%02d", number)));
    }

    /** Imports a version with an fp32 variant that probes predict at {@code macs} multiply-accumulates. */
    Variant version(String name) {
        try {
            Path file =
                    Files.write(folder.resolve(name + ".onnx"), name.repeat(100).getBytes());
            var version = catalog.importModel(MODEL, Optional.of(name), file);
            return catalog.publishVariant(
                    version,
                    new NewVariant(
                            "fp32",
                            "fp32",
                            file,
                            GoldenSet.getDefaultInstance(),
                            Tolerance.getDefaultInstance(),
                            Accuracy.getDefaultInstance(),
                            List.of(),
                            List.of(),
                            new Workload(List.of(new Workload.Part("conv", "fp32", 1e6, 1)), 0, 1000),
                            Variant.LatencyHere.NONE,
                            false));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static RolloutRequest request(List<WaveSpec> waves, GatePolicy gates) {
        var r = RolloutRequest.of(MODEL);
        return new RolloutRequest(
                r.model(),
                r.version(),
                r.query(),
                r.variant(),
                r.requirement(),
                waves,
                gates,
                r.pace(),
                r.limits(),
                r.priority(),
                "ops");
    }

    static RolloutRequest paced(RolloutRequest r, Pace pace) {
        return new RolloutRequest(
                r.model(),
                r.version(),
                r.query(),
                r.variant(),
                r.requirement(),
                r.waves(),
                r.gates(),
                pace,
                r.limits(),
                r.priority(),
                r.createdBy(),
                r.terms());
    }

    static RolloutRequest prioritised(RolloutRequest r, int priority) {
        return new RolloutRequest(
                r.model(),
                r.version(),
                r.query(),
                r.variant(),
                r.requirement(),
                r.waves(),
                r.gates(),
                r.pace(),
                r.limits(),
                priority,
                r.createdBy(),
                r.terms());
    }

    RolloutFixture passes(Duration time) {
        now = now.plus(time);
        engine.tick();
        return this;
    }

    RolloutDetail now(RolloutId id) {
        return engine.get(id).orElseThrow();
    }

    RolloutDetail now(RolloutDetail detail) {
        return now(detail.rollout().id());
    }

    Digest activeOn(int device) {
        return Digest.ofBytes(device(device).active(MODEL.value()));
    }

    @Override
    public void close() {
        database.close();
    }
}
