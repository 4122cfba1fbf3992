package dev.edgewright.agent.trial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.agent.fakes.Catalog;
import dev.edgewright.agent.fakes.FaultyDisk;
import dev.edgewright.agent.fakes.Killed;
import dev.edgewright.agent.fakes.ManualTime;
import dev.edgewright.agent.fakes.MemoryLink;
import dev.edgewright.agent.fakes.Variant;
import dev.edgewright.agent.graphs.TestModels;
import dev.edgewright.agent.slot.Slot;
import dev.edgewright.agent.slot.SlotStore;
import dev.edgewright.agent.update.Failure;
import dev.edgewright.agent.update.UpdateEngine;
import dev.edgewright.agent.update.UpdateSettings;
import dev.edgewright.common.artifact.ChunkBitmap;
import dev.edgewright.common.id.BootId;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.TrialCandidate;
import dev.edgewright.common.protocol.v1.TrialMeasurement;
import dev.edgewright.common.protocol.v1.TrialPhase;
import dev.edgewright.common.protocol.v1.TrialReport;
import dev.edgewright.common.protocol.v1.TrialRequest;
import dev.edgewright.common.protocol.v1.TrialResult;
import dev.edgewright.common.protocol.v1.TrialState;
import dev.edgewright.common.protocol.v1.Want;
import dev.edgewright.common.signing.Contexts;
import dev.edgewright.common.signing.SigningKey;
import dev.edgewright.common.signing.TrustedKeys;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrialEngineTest {

    private static final DeviceId CAM = DeviceId.of("cam-1");

    @TempDir
    Path data;

    private final Catalog catalog = new Catalog();
    private final MemoryLink link = new MemoryLink();
    private final ManualTime time = new ManualTime();
    private final FaultyDisk disk = new FaultyDisk();
    private final FakeBench bench = new FakeBench();
    private final Map<Digest, List<byte[]>> published = new HashMap<>();
    private long sequence;
    private TrialEngine engine;

    @Test
    void aCandidateIsFetchedMeasuredAndReportedAndNothingServesIt() {
        Variant fast = variant("fast", 2);
        boots();
        asks(1, fast);
        works();

        TrialResult result = only();
        assertThat(result.getPhase()).isEqualTo(TrialPhase.TRIAL_PHASE_MEASURED);
        assertThat(result.getManifest()).isEqualTo(fast.digest().toByteString());
        assertThat(result.getRound()).isEqualTo(1);
        assertThat(result.getCandidate().getP50Ms()).isEqualTo(3);
        assertThat(new SlotStore(data, disk).active(new ModelName("scale"))).isEmpty();
        assertThat(engine.held()).extracting(Slot::manifest).containsExactly(fast.digest());
    }

    @Test
    void theNextRoundMeasuresAgainAndARestartDoesNot() {
        Variant fast = variant("fast", 2);
        boots();
        asks(1, fast);
        works();
        boots();
        works();
        assertThat(bench.measured).hasSize(1);
        assertThat(only().getPhase()).isEqualTo(TrialPhase.TRIAL_PHASE_MEASURED);

        asks(2, fast);
        works();
        assertThat(bench.measured).hasSize(2);
        assertThat(only().getRound()).isEqualTo(2);
    }

    @Test
    void aDeviceOnBatteryWaitsAndGoesOnWhenItIsCharged() {
        bench.conditions = new Conditions(true, 40, 0, false);
        boots();
        asks(1, variant("fast", 2));
        works();
        assertThat(bench.measured).isEmpty();
        assertThat(only().getWaitingFor()).isEqualTo("battery");

        bench.conditions = new Conditions(false, 40, 0, false);
        works();
        assertThat(only().getPhase()).isEqualTo(TrialPhase.TRIAL_PHASE_MEASURED);
    }

    @Test
    void aHotDeviceAndOneThatUpdatesWait() {
        bench.conditions = new Conditions(false, 0, 91, false);
        boots();
        asks(1, variant("fast", 2));
        works();
        assertThat(only().getWaitingFor()).isEqualTo("temperature");
        bench.conditions = new Conditions(false, 0, 50, true);
        works();
        assertThat(only().getWaitingFor()).isEqualTo("update");
        assertThat(bench.measured).isEmpty();
    }

    @Test
    void whatTheDeviceCannotRunIsOutWithoutAByteFetched() {
        bench.unfit = Optional.of(new Failure("ISA_MISSING", "needs avx512_vnni"));
        boots();
        asks(1, variant("fast", 2));
        works();
        assertThat(only().getPhase()).isEqualTo(TrialPhase.TRIAL_PHASE_OUT);
        assertThat(only().getError().getCode()).isEqualTo("ISA_MISSING");
        assertThat(link.wants).isEmpty();
    }

    @Test
    void aCandidateThatKillsTheAgentTwiceIsOut() {
        Variant deadly = variant("deadly", 2);
        bench.deadly = true;
        boots();
        asks(1, deadly);
        for (int i = 0; i < 2; i++) {
            try {
                works();
            } catch (Killed e) {
                boots();
            }
        }
        works();
        assertThat(only().getError().getCode()).isEqualTo("CRASH_LOOP");
        assertThat(bench.measured).hasSize(2);
    }

    @Test
    void aManifestOfAnotherKeyIsOut() {
        Variant forged = catalog.variant(
                TestModels.manifest("scale", "forged"),
                TestModels.scale(2),
                GoldenSet.getDefaultInstance(),
                SigningKey.generate());
        published.putAll(forged.blobs());
        boots();
        asks(1, forged);
        works();
        assertThat(only().getError().getCode()).isEqualTo("MANIFEST_SIGNATURE_UNKNOWN_KEY");
    }

    @Test
    void aForeignKeyAnOldSequenceAnExpiredStateAndAnotherDeviceAreRefused() {
        Variant fast = variant("fast", 2);
        boots();
        asks(1, fast);
        works();
        long accepted = sequence;
        engine.trial(signed(SigningKey.generate(), state(accepted + 1, 2, fast).build()));
        assertThat(last().getLastRejection()).startsWith("TRIAL_SIGNATURE_UNKNOWN_KEY");
        engine.trial(signed(catalog.fleetKey, state(accepted, 2, fast).build()));
        assertThat(last().getLastRejection()).startsWith("TRIAL_SEQUENCE_OLD");
        engine.trial(signed(
                catalog.fleetKey,
                state(accepted + 1, 2, fast).setExpiresUnixMs(1).build()));
        assertThat(last().getLastRejection()).startsWith("TRIAL_EXPIRED");
        engine.trial(signed(
                catalog.fleetKey,
                state(accepted + 1, 2, fast).setDeviceId("cam-2").build()));
        assertThat(last().getLastRejection()).startsWith("WRONG_DEVICE");
        engine.trial("no protobuf".getBytes());
        assertThat(last().getRejected()).isEqualTo(5);
        assertThat(last().getTrialSequence()).isEqualTo(accepted);
    }

    @Test
    void whatIsNotAskedForAnyMoreLeavesTheReport() {
        Variant fast = variant("fast", 2);
        boots();
        asks(1, fast);
        works();
        engine.trial(signed(
                catalog.fleetKey,
                TrialState.newBuilder()
                        .setDeviceId(CAM.value())
                        .setSequence(++sequence)
                        .build()));
        works();
        assertThat(last().getResultsList()).isEmpty();
        assertThat(engine.held())
                .as("its chunks are kept for the update that follows")
                .hasSize(1);
    }

    private Variant variant(String name, float factor) {
        Variant variant = catalog.variant(
                TestModels.manifest("scale", name), TestModels.scale(factor), GoldenSet.getDefaultInstance());
        published.putAll(variant.blobs());
        return variant;
    }

    private void boots() {
        engine = new TrialEngine(
                new UpdateEngine.Identity(
                        CAM,
                        BootId.random(new SecureRandom()),
                        TrustedKeys.of(catalog.fleetKey.publicKey()),
                        TrustedKeys.of(catalog.catalogKey.publicKey())),
                data,
                disk,
                new SlotStore(data, disk),
                bench,
                link,
                time,
                new Random(1),
                UpdateSettings.DEFAULT,
                () -> true);
        engine.start();
        engine.connected();
    }

    private void asks(int round, Variant variant) {
        engine.trial(signed(catalog.fleetKey, state(++sequence, round, variant).build()));
    }

    private TrialState.Builder state(long number, int round, Variant variant) {
        return TrialState.newBuilder()
                .setDeviceId(CAM.value())
                .setSequence(number)
                .addTrials(TrialRequest.newBuilder()
                        .setTrialId("tr-1")
                        .setModel("scale")
                        .setRound(round)
                        .setMeasureMs(1000)
                        .setMaxCelsius(80)
                        .addCandidates(TrialCandidate.newBuilder().setManifest(variant.signed())));
    }

    private static byte[] signed(SigningKey key, TrialState state) {
        return key.sign(Contexts.TRIAL, state.toByteArray()).toByteArray();
    }

    private void works() {
        for (int i = 0; i < 40; i++) {
            List<Want> wants = new ArrayList<>(link.wants);
            link.wants.clear();
            wants.forEach(this::answer);
            time.pass(Duration.ofMillis(500));
            engine.tick();
        }
    }

    private void answer(Want want) {
        Digest blob = Digest.ofBytes(want.getDigest());
        ChunkBitmap missing = ChunkBitmap.fromBytes(want.getMissing(), want.getChunks());
        for (int i = missing.first(); i >= 0; i = missing.next(i + 1)) {
            engine.chunk(blob, i, published.get(blob).get(i));
        }
    }

    private TrialReport last() {
        return link.trialed.get(link.trialed.size() - 1);
    }

    private TrialResult only() {
        assertThat(last().getResultsList()).hasSize(1);
        return last().getResults(0);
    }

    /** Measures 3 ms of everything. */
    private static final class FakeBench implements Bench {
        private final List<Digest> measured = new ArrayList<>();
        private Optional<Failure> unfit = Optional.empty();
        private Conditions conditions = new Conditions(false, 0, 0, false);
        private boolean deadly;

        @Override
        public Optional<Failure> unfit(Manifest manifest) {
            return unfit;
        }

        @Override
        public Conditions conditions() {
            return conditions;
        }

        @Override
        public Optional<TrialResult.Builder> measure(
                Slot slot, Manifest manifest, TrialRequest request, BooleanSupplier mayGoOn) {
            measured.add(slot.manifest());
            if (deadly) {
                throw new Killed("measuring " + manifest.getVariant());
            }
            return Optional.of(TrialResult.newBuilder()
                    .setPhase(TrialPhase.TRIAL_PHASE_MEASURED)
                    .setCandidate(TrialMeasurement.newBuilder()
                            .setRuns(100)
                            .setP50Ms(3)
                            .setP50LowMs(2.9)
                            .setP50HighMs(3.1)
                            .setP95Ms(4)));
        }
    }
}
