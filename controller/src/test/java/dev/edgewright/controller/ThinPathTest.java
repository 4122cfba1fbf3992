package dev.edgewright.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.edgewright.common.artifact.ChunkBitmap;
import dev.edgewright.common.artifact.ChunkCodec;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.ChunkIndex;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.protocol.v1.Want;
import dev.edgewright.common.signing.Contexts;
import dev.edgewright.common.signing.TrustedKeys;
import dev.edgewright.compression.CompressionSettings;
import dev.edgewright.controller.catalog.CompressorMaker;
import dev.edgewright.controller.http.view.RolloutBodySection;
import dev.edgewright.controller.jobs.JobState;
import dev.edgewright.controller.rollout.RolloutRequest;
import dev.edgewright.controller.rollout.RolloutState;
import dev.edgewright.controller.rollout.TargetState;
import dev.edgewright.controller.selection.Requirement;
import dev.edgewright.controller.testing.FakeDevice;
import dev.edgewright.controller.testing.Models;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The loop through the controller's rooms on a real database and disk, with the link faked. */
class ThinPathTest {

    @TempDir
    Path folder;

    private final Map<DeviceId, FakeDevice> devices = new ConcurrentHashMap<>();
    private final Map<String, byte[]> chunks = new ConcurrentHashMap<>();
    private TrustedKeys trusted;

    private CompletionStage<Void> deliver(DeviceId device, Signed signed) {
        try {
            byte[] payload = trusted.verify(Contexts.DESIRED, signed);
            devices.get(device).receive(DesiredState.parseFrom(payload));
            return CompletableFuture.completedFuture(null);
        } catch (Exception e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private ControllerDomain open() {
        var domain = new ControllerDomain(
                ControllerDomain.Settings.in(folder.resolve("data")),
                new CompressorMaker(
                        CompressionSettings.defaults().withLatency(Duration.ofMillis(50), 20),
                        new dev.edgewright.controller.catalog.TrainingCache(folder.resolve("training"), 0)),
                this::deliver,
                (device, trial) -> true,
                new RolloutBodySection(),
                (blob, index, frame) -> {
                    chunks.put(blob.hex() + "/" + index, frame);
                    return true;
                },
                Clock.systemUTC());
        trusted = TrustedKeys.load(folder.resolve("data/keys"));
        domain.start();
        return domain;
    }

    @Test
    void a_model_goes_from_import_to_committed_on_every_device() throws Exception {
        try (var domain = open()) {
            for (String id : new String[] {"cam-1", "cam-2", "cam-3"}) {
                devices.put(DeviceId.of(id), new FakeDevice(id, domain.fleet()));
            }
            devices.values().forEach(FakeDevice::connects);

            var model = ModelName.of("tiny");
            var version = domain.catalog().importModel(model, Optional.of("1"), Models.tiny(folder, 1));
            assertThat(version.inputs())
                    .singleElement()
                    .satisfies(i -> assertThat(i.getShapeList()).containsExactly(-1L, 1L, 8L, 8L));

            var job = domain.jobs().submit(model, Optional.empty(), java.util.List.of());
            await().untilAsserted(() -> assertThat(
                            domain.jobs().get(job.id()).orElseThrow().state())
                    .isEqualTo(JobState.SUCCEEDED));
            var variant = domain.catalog().variants(model).get(0);
            assertThat(variant.workload().parts())
                    .extracting(p -> p.kernel() + " " + p.precision())
                    .containsExactlyInAnyOrder("conv fp32", "depthwise_conv fp32", "gemm fp32");

            var choice = domain.selection()
                    .select(
                            model,
                            Optional.empty(),
                            dev.edgewright.controller.fleet.DeviceQuery.all(),
                            Requirement.NONE);
            assertThat(choice)
                    .hasSize(3)
                    .allSatisfy(c -> assertThat(c.why()).contains(" ms ", "the only one that suits"));

            var rollout = domain.rollouts().create(RolloutRequest.of(model));
            await().untilAsserted(() -> assertThat(domain.rollouts()
                            .get(rollout.rollout().id())
                            .orElseThrow()
                            .rollout()
                            .state())
                    .isEqualTo(RolloutState.SUCCEEDED));
            var done = domain.rollouts().get(rollout.rollout().id()).orElseThrow();
            assertThat(done.counts()).containsOnly(Map.entry(TargetState.COMMITTED, 3L));
            assertThat(done.history())
                    .extracting(h -> h.words())
                    .anyMatch(w -> w.contains("wave 1 begins with 1 device"));
            assertThat(devices.values())
                    .allSatisfy(d -> assertThat(d.received()).hasSize(1));

            fetchesTheGraph(domain, variant.signed());
        }
    }

    private void fetchesTheGraph(ControllerDomain domain, Signed signed) throws Exception {
        var manifest = Manifest.parseFrom(trusted.verify(Contexts.MANIFEST, signed));
        var graph = manifest.getGraph();
        var index = Digest.ofBytes(graph.getIndexDigest());
        domain.transfer().onWant(DeviceId.of("cam-1"), want(index, 1));
        await().until(() -> chunks.containsKey(index.hex() + "/0"));
        var entries = ChunkIndex.parseFrom(
                ChunkCodec.decompress(chunks.get(index.hex() + "/0"), graph.getIndexSize(), index));
        var blob = Digest.ofBytes(graph.getDigest());
        domain.transfer().onWant(DeviceId.of("cam-1"), want(blob, entries.getChunksCount()));
        await().until(() -> chunks.containsKey(blob.hex() + "/0"));
        byte[] plain = ChunkCodec.decompress(
                chunks.get(blob.hex() + "/0"),
                entries.getChunks(0).getLength(),
                Digest.ofBytes(entries.getChunks(0).getDigest()));
        assertThat(plain).isEqualTo(Models.tiny(1));
    }

    private static Want want(Digest digest, int chunks) {
        return Want.newBuilder()
                .setDigest(digest.toByteString())
                .setChunks(chunks)
                .setMissing(ChunkBitmap.all(chunks).toByteString())
                .setWindow(8)
                .build();
    }

    @Test
    void a_restart_in_the_middle_of_a_rollout_loses_nothing_and_repeats_nothing() throws Exception {
        var model = ModelName.of("tiny");
        dev.edgewright.common.id.RolloutId id;
        var silent = new java.util.concurrent.atomic.AtomicReference<FakeDevice>();
        try (var domain = open()) {
            silent.set(new FakeDevice("cam-1", domain.fleet()).behaves(FakeDevice.Behaviour.STAYS_WATCHING));
            devices.put(DeviceId.of("cam-1"), silent.get());
            silent.get().connects();
            domain.catalog().importModel(model, Optional.of("1"), Models.tiny(folder, 1));
            var job = domain.jobs().submit(model, Optional.empty(), java.util.List.of());
            await().until(() -> domain.jobs().get(job.id()).orElseThrow().state() == JobState.SUCCEEDED);
            id = domain.rollouts().create(RolloutRequest.of(model)).rollout().id();
            await().until(() -> silent.get().received().size() == 1);
        }
        try (var domain = open()) {
            var device = domain.fleet().get(DeviceId.of("cam-1")).orElseThrow();
            assertThat(device.report("tiny")).isPresent();
            var detail = domain.rollouts().get(id).orElseThrow();
            assertThat(detail.rollout().state()).isEqualTo(RolloutState.RUNNING);
            assertThat(detail.targets().get(0).state()).isEqualTo(TargetState.WATCHING);
            assertThat(silent.get().received()).hasSize(1);
        }
    }
}
