package dev.edgewright.controller.trial;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.DeviceFacts;
import dev.edgewright.common.protocol.v1.File;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.PowerSource;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.ReportedError;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.protocol.v1.TrialMeasurement;
import dev.edgewright.common.protocol.v1.TrialPhase;
import dev.edgewright.common.protocol.v1.TrialReport;
import dev.edgewright.common.protocol.v1.TrialRequest;
import dev.edgewright.common.protocol.v1.TrialResult;
import dev.edgewright.common.protocol.v1.TrialState;
import dev.edgewright.common.signing.Contexts;
import dev.edgewright.common.signing.SigningKey;
import dev.edgewright.common.signing.TrustedKeys;
import dev.edgewright.controller.catalog.BlobStore;
import dev.edgewright.controller.catalog.DiskBlobStore;
import dev.edgewright.controller.catalog.ModelInspector;
import dev.edgewright.controller.catalog.StoredCatalog;
import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.catalog.Workload;
import dev.edgewright.controller.fleet.DeviceClasses;
import dev.edgewright.controller.fleet.DeviceRegistry;
import dev.edgewright.controller.selection.CatalogSelection;
import dev.edgewright.controller.selection.FleetKnowledge;
import dev.edgewright.controller.selection.Requirement;
import dev.edgewright.controller.selection.Verdict;
import dev.edgewright.controller.storage.Database;
import dev.edgewright.controller.storage.JdbiCatalogStore;
import dev.edgewright.controller.storage.JdbiChoiceStore;
import dev.edgewright.controller.storage.JdbiFleetStore;
import dev.edgewright.controller.storage.JdbiTrialStore;
import dev.edgewright.controller.telemetry.MergedTelemetry;
import dev.edgewright.controller.testing.FakeDevice;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trials over real stores; devices take what the test says, and the clock goes on when told. */
class TrialScenarioTest {

    private static final ModelName MODEL = ModelName.of("m");

    @TempDir
    Path folder;

    private final SigningKey fleetKey = SigningKey.generate();
    private final Map<DeviceId, List<TrialState>> heard = new HashMap<>();
    private final Map<String, Double> takesMs = new HashMap<>();
    private final List<String> wrong = new ArrayList<>();
    private Instant now = Instant.parse("2026-11-24T12:00:00Z");
    private Database database;
    private DeviceRegistry fleet;
    private CatalogSelection selection;
    private TrialEngine engine;
    private long reportSequence;

    private final Clock clock = new Clock() {
        @Override
        public java.time.ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    };

    @BeforeEach
    void start() {
        database = Database.sqlite(folder.resolve("edgewright.db"));
        var store = new JdbiCatalogStore(database);
        boolean first = store.variants(MODEL).isEmpty();
        if (first) {
            variant(store, "fp32", "fp32", 10);
            variant(store, "int8-a", "u8s8", 10);
            variant(store, "int8-b", "u8s8", 10.5);
        }
        fleet = new DeviceRegistry(new JdbiFleetStore(database), clock);
        BlobStore blobs = new DiskBlobStore(folder.resolve("blobs"), 1 << 20);
        ModelInspector inspector = new ModelInspector() {
            @Override
            public Facts inspect(Path onnx) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void checkData(Path onnx, Path data) {}
        };
        var catalog = new StoredCatalog(
                store,
                blobs,
                inspector,
                SigningKey.generate(),
                folder.resolve("data"),
                StoredCatalog.Bounds.DEFAULT,
                clock);
        var choices = new JdbiChoiceStore(database);
        var classes = new DeviceClasses(choices, fleet);
        var knowledge = new FleetKnowledge(fleet, classes, catalog, choices);
        selection = new CatalogSelection(catalog, fleet, classes, knowledge, choices, clock);
        var telemetry = new MergedTelemetry(fleet, (d, m) -> "", clock);
        engine = new TrialEngine(
                fleet,
                catalog,
                knowledge,
                new TrialPlanner(fleet, classes, selection, telemetry),
                new JdbiTrialStore(database),
                fleetKey,
                this::publish,
                clock,
                () -> "tr-1");
    }

    @AfterEach
    void stop() {
        database.close();
    }

    @Test
    void the_faster_one_as_measured_is_chosen_though_it_was_predicted_slower() {
        device("cam-1", PowerSource.POWER_SOURCE_MAINS);
        takes(8, 4, 2);
        assertThat(chosen()).isEqualTo("int8-a");
        assertThat(begin(1).trial()).isPresent();
        runs();
        assertThat(trial().state()).isEqualTo(Trial.State.DONE);
        assertThat(chosen()).isEqualTo("int8-b");
        assertThat(trial().spentMs()).isPositive();
    }

    @Test
    void what_is_asked_is_signed_and_grows_and_is_taken_back_at_the_end() throws Exception {
        device("cam-1", PowerSource.POWER_SOURCE_MAINS);
        takes(8, 4, 2);
        begin(1);
        runs();
        var states = heard.get(DeviceId.of("cam-1"));
        assertThat(states).extracting(TrialState::getSequence).isSorted().doesNotHaveDuplicates();
        assertThat(states.get(0).getTrials(0).getCandidatesCount()).isEqualTo(3);
        assertThat(states.get(states.size() - 1).getTrialsList()).isEmpty();
    }

    @Test
    void wrong_outputs_rule_a_candidate_out_for_good() {
        device("cam-1", PowerSource.POWER_SOURCE_MAINS);
        takes(8, 4, 2);
        wrong.add("int8-b");
        begin(1);
        runs();
        assertThat(chosen()).isEqualTo("int8-a");
        assertThat(verdict("int8-b")).isEqualTo(Verdict.OUT_IN_TRIAL);
    }

    @Test
    void int8_that_is_measured_slower_than_the_original_is_not_chosen() {
        device("cam-1", PowerSource.POWER_SOURCE_MAINS);
        takes(3, 4, 5);
        begin(1);
        runs();
        assertThat(chosen()).isEqualTo("fp32");
        assertThat(verdict("int8-a")).isEqualTo(Verdict.SLOWER_THAN_ORIGINAL);
    }

    @Test
    void devices_on_battery_and_offline_ones_are_spared() {
        device("on-battery", PowerSource.POWER_SOURCE_BATTERY);
        assertThat(begin(2).why()).contains("1 on battery");
        device("offline", PowerSource.POWER_SOURCE_MAINS);
        fleet.onPresence(DeviceId.of("offline"), Presence.getDefaultInstance());
        assertThat(begin(2).why()).contains("1 offline, 1 on battery");
        device("mains", PowerSource.POWER_SOURCE_MAINS);
        assertThat(begin(2).trial().orElseThrow().devices()).containsExactly(DeviceId.of("mains"));
    }

    @Test
    void silence_ends_it_and_the_choice_goes_by_predictions() {
        device("cam-1", PowerSource.POWER_SOURCE_MAINS);
        begin(1);
        now = now.plus(Duration.ofHours(1));
        engine.tick();
        assertThat(trial().state()).isEqualTo(Trial.State.UNANSWERED);
        assertThat(chosen()).isEqualTo("int8-a");
    }

    @Test
    void a_killed_controller_goes_on_where_it_was_and_asks_nothing_twice() {
        device("cam-1", PowerSource.POWER_SOURCE_MAINS);
        takes(8, 4, 2);
        begin(1);
        answer();
        engine.tick();
        fleet.flush();
        int before = trial().round();
        database.close();
        start();
        assertThat(engine.get("tr-1").orElseThrow().round()).isEqualTo(before);
        runs();
        assertThat(trial().state()).isEqualTo(Trial.State.DONE);
        assertThat(chosen()).isEqualTo("int8-b");
        assertThat(heard.get(DeviceId.of("cam-1")))
                .extracting(TrialState::getSequence)
                .as("a restart uses no sequence again for another content")
                .isSorted();
    }

    private TrialService.Started begin(int devices) {
        var usual = TrialPolicy.DEFAULT;
        return engine.start(
                MODEL,
                "1",
                classOf(),
                Requirement.NONE,
                new TrialPolicy(devices, 3, 1000, 0.01, 0, 75, usual.patience()));
    }

    private String classOf() {
        return fleet.matching(dev.edgewright.controller.fleet.DeviceQuery.all())
                .get(0)
                .hardwareClass()
                .value();
    }

    private Trial trial() {
        return engine.get("tr-1").orElseThrow();
    }

    private String chosen() {
        return choice().chosen().map(Variant::name).orElse("nothing");
    }

    private Verdict verdict(String name) {
        return choice().candidates().stream()
                .filter(c -> c.variant().name().equals(name))
                .findFirst()
                .orElseThrow()
                .verdict();
    }

    private dev.edgewright.controller.selection.Selection choice() {
        var device = fleet.matching(dev.edgewright.controller.fleet.DeviceQuery.all())
                .get(0);
        return selection.select(MODEL, "1", device, "auto", Requirement.NONE);
    }

    private void takes(double fp32, double a, double b) {
        takesMs.putAll(Map.of("fp32", fp32, "int8-a", a, "int8-b", b));
    }

    private void runs() {
        for (int i = 0; i < 10; i++) {
            answer();
            engine.tick();
            now = now.plusSeconds(20);
        }
    }

    /** Every device measures the newest that it was asked. */
    private void answer() {
        heard.forEach((device, states) -> {
            var state = states.get(states.size() - 1);
            var report = TrialReport.newBuilder()
                    .setDeviceId(device.value())
                    .setBootId(ByteString.copyFrom(new byte[16]))
                    .setSequence(++reportSequence)
                    .setTrialSequence(state.getSequence());
            for (TrialRequest request : state.getTrialsList()) {
                request.getCandidatesList().forEach(c -> report.addResults(result(request, c.getManifest())));
            }
            engine.onTrialed(device, report.build());
        });
    }

    private TrialResult result(TrialRequest request, Signed signed) {
        try {
            String name = Manifest.parseFrom(signed.getPayload()).getVariant();
            var result = TrialResult.newBuilder()
                    .setTrialId(request.getTrialId())
                    .setModel(request.getModel())
                    .setManifest(Digest.of(signed.getPayload()).toByteString())
                    .setRound(request.getRound())
                    .setSpentMs(100);
            if (wrong.contains(name)) {
                return result.setPhase(TrialPhase.TRIAL_PHASE_OUT)
                        .setError(ReportedError.newBuilder().setCode("PARITY").setMessage("wrong"))
                        .build();
            }
            double ms = takesMs.get(name);
            return result.setPhase(TrialPhase.TRIAL_PHASE_MEASURED)
                    .setCandidate(TrialMeasurement.newBuilder()
                            .setRuns(100)
                            .setP50Ms(ms)
                            .setP50LowMs(0.99 * ms)
                            .setP50HighMs(1.01 * ms)
                            .setP95Ms(1.2 * ms))
                    .build();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private boolean publish(DeviceId device, Signed signed) {
        try {
            byte[] payload = TrustedKeys.of(fleetKey.publicKey()).verify(Contexts.TRIAL, signed);
            heard.computeIfAbsent(device, d -> new ArrayList<>()).add(TrialState.parseFrom(payload));
            return true;
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private void device(String id, PowerSource power) {
        var device = DeviceId.of(id);
        fleet.onHello(
                device,
                Hello.newBuilder()
                        .setDeviceId(id)
                        .setBootId(ByteString.copyFrom(new byte[16]))
                        .setSequence(1)
                        .setFacts(DeviceFacts.newBuilder(FakeDevice.facts().build())
                                .setPower(power))
                        .addAllProbes(FakeDevice.probes(3))
                        .build());
        fleet.onPresence(device, Presence.newBuilder().setOnline(true).build());
    }

    private static void variant(JdbiCatalogStore store, String name, String precision, double millionMacs) {
        var manifest = Manifest.newBuilder()
                .setModel(MODEL.value())
                .setVersion("1")
                .setVariant(name)
                .setRecipe(name)
                .setGraph(File.newBuilder().setSize(1000))
                .build();
        store.addVariant(new Variant(
                Digest.of(manifest.toByteArray()),
                manifest,
                Signed.newBuilder().setPayload(manifest.toByteString()).build(),
                new Workload(List.of(new Workload.Part("conv", precision, millionMacs * 1e6, 2)), 0.1, 1000),
                Variant.LatencyHere.NONE,
                true,
                Instant.EPOCH));
    }
}
