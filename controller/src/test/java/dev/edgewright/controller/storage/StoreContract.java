package dev.edgewright.controller.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.id.RolloutId;
import dev.edgewright.common.protocol.v1.Accuracy;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Limits;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.TensorSpec;
import dev.edgewright.common.signing.Contexts;
import dev.edgewright.common.signing.SigningKey;
import dev.edgewright.controller.audit.AuditLog;
import dev.edgewright.controller.catalog.DataInfo;
import dev.edgewright.controller.catalog.ModelVersion;
import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.catalog.Workload;
import dev.edgewright.controller.fleet.Boots;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.jobs.Job;
import dev.edgewright.controller.jobs.JobState;
import dev.edgewright.controller.rollout.Baseline;
import dev.edgewright.controller.rollout.Breach;
import dev.edgewright.controller.rollout.DesiredRecord;
import dev.edgewright.controller.rollout.Gate;
import dev.edgewright.controller.rollout.GatePolicy;
import dev.edgewright.controller.rollout.HistoryEntry;
import dev.edgewright.controller.rollout.MaintenanceWindow;
import dev.edgewright.controller.rollout.Pace;
import dev.edgewright.controller.rollout.Rollout;
import dev.edgewright.controller.rollout.RolloutRequest;
import dev.edgewright.controller.rollout.RolloutState;
import dev.edgewright.controller.rollout.RolloutStore.Step;
import dev.edgewright.controller.rollout.Target;
import dev.edgewright.controller.rollout.TargetState;
import dev.edgewright.controller.rollout.Verdicts;
import dev.edgewright.controller.rollout.Wave;
import dev.edgewright.controller.rollout.WaveSpec;
import dev.edgewright.controller.selection.Requirement;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What every database has to do for devices, the catalog, jobs and rollouts; each runs all of it. */
interface StoreContract extends OpenDatabase {

    ModelName MODEL = ModelName.of("m");

    @Test
    default void devices_come_back_as_they_were_saved() {
        var store = new JdbiFleetStore(database());
        var device = Device.unknown(CAM, NOW)
                .withHello(
                        Hello.newBuilder().setDeviceId("cam-1").setSequence(3).build(), NOW)
                .withBoots(Boots.ofText("00ff:3:0 0a0b:1:7"))
                .withOperatorLabels(Map.of("site", "lyon", "quote", "it's \"so\""));
        store.save(List.of(device, Device.unknown(DeviceId.of("cam-0"), NOW)));
        store.save(List.of(device.withOperatorLabels(Map.of())));
        assertThat(store.all()).extracting(d -> d.id().value()).containsExactly("cam-0", "cam-1");
        assertThat(store.all().get(1)).isEqualTo(device.withOperatorLabels(Map.of()));
        store.remove(CAM);
        assertThat(store.all()).hasSize(1);
    }

    @Test
    default void models_and_variants_are_added_once() {
        var store = new JdbiCatalogStore(database());
        var version = new ModelVersion(
                MODEL,
                "1",
                Digest.of(new byte[1]),
                10,
                List.of(TensorSpec.newBuilder().setName("x").addShape(-1).build()),
                List.of(),
                17,
                Map.of("Conv", 2),
                99,
                NOW);
        assertThat(store.addVersion(version)).isTrue();
        assertThat(store.addVersion(version)).isFalse();
        assertThat(store.versions()).containsExactly(version);
        assertThat(store.versions(ModelName.of("other"))).isEmpty();

        store.putData(new DataInfo(MODEL, Digest.of(new byte[2]), 5, 1, NOW));
        var info = new DataInfo(MODEL, Digest.of(new byte[3]), 6, 2, NOW);
        store.putData(info);
        assertThat(store.data(MODEL)).contains(info);

        var manifest = Manifest.newBuilder()
                .setModel("m")
                .setVersion("1")
                .setVariant("fp32")
                .setAccuracy(Accuracy.newBuilder().setMetric("top1").setValue(0.9))
                .build();
        var signed = SigningKey.generate().sign(Contexts.MANIFEST, manifest.toByteArray());
        var variant = new Variant(
                Digest.of(signed.getPayload()),
                manifest,
                signed,
                new Workload(List.of(new Workload.Part("conv", "fp32", 1e6, 3)), 0.25, 100),
                new Variant.LatencyHere(1.5, 2, 30),
                true,
                NOW);
        assertThat(store.addVariant(variant)).isTrue();
        assertThat(store.addVariant(variant)).isFalse();
        assertThat(store.variants(MODEL)).containsExactly(variant);
        assertThat(store.variant(variant.digest())).contains(variant);
        assertThat(store.variant(Digest.of(new byte[9]))).isEmpty();
    }

    private static Job job(String id, JobState state) {
        return new Job(
                id,
                MODEL,
                "1",
                List.of("fp32"),
                List.of(),
                state,
                0.5,
                "step",
                Optional.empty(),
                1,
                NOW,
                Optional.of(NOW),
                Optional.empty());
    }

    @Test
    default void a_job_is_replaced_only_in_the_state_that_was_read() {
        var store = new JdbiJobStore(database());
        store.add(job("job-1", JobState.QUEUED));
        assertThat(store.replace(JobState.RUNNING, job("job-1", JobState.SUCCEEDED)))
                .isFalse();
        assertThat(store.replace(JobState.QUEUED, job("job-1", JobState.RUNNING)))
                .isTrue();
        assertThat(store.find("job-1")).contains(job("job-1", JobState.RUNNING));
        store.add(job("job-2", JobState.QUEUED));
        assertThat(store.list(1)).hasSize(1);
    }

    private static Rollout rollout(String id) {
        var request = new RolloutRequest(
                MODEL,
                Optional.of("1"),
                Optional.of("device.online"),
                "auto",
                new Requirement(
                        OptionalDouble.of(0.9), OptionalDouble.empty(), OptionalDouble.of(5), OptionalLong.of(7)),
                List.of(WaveSpec.ofCount(1), WaveSpec.ofPercent(100).afterApproval()),
                GatePolicy.failures(0.1),
                new Pace(
                        1,
                        2,
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(5),
                        Optional.of(NOW),
                        Optional.of(MaintenanceWindow.daily(
                                LocalTime.of(22, 0), LocalTime.of(4, 0), ZoneId.of("Asia/Tokyo")))),
                Limits.newBuilder().setMaxP95Ms(5).build(),
                3,
                "ada");
        return new Rollout(
                RolloutId.of(id),
                request,
                RolloutState.SCHEDULED,
                "planned",
                List.of(Wave.planned(0, 1, false)),
                0,
                Set.of("fp32 on x"),
                NOW,
                NOW,
                0,
                new Verdicts(
                        List.of(new Breach(Gate.MEMORY, "fp32 on x", 1.6, "too large")),
                        List.of(new Verdicts.Accepted(Gate.LIVE_AGREEMENT, "fp32", 0.03, "ada", NOW))));
    }

    private static Target target(TargetState state) {
        return new Target(
                CAM,
                0,
                "fp32",
                Optional.of(Digest.of(new byte[1])),
                Optional.empty(),
                "class",
                "why",
                state,
                4,
                NOW,
                1,
                2,
                Optional.of(new Baseline(10, 1, 0.9, 1.1, 0, 0.5, 1000, 0.7, 0.6, 0.8)),
                Optional.of("E: words"));
    }

    private static DesiredRecord desired(long sequence) {
        return new DesiredRecord(
                CAM,
                DesiredState.newBuilder()
                        .setDeviceId("cam-1")
                        .setSequence(sequence)
                        .build(),
                0);
    }

    @Test
    default void a_step_is_written_whole_or_not_at_all() {
        var store = new JdbiRolloutStore(database());
        var rollout = rollout("ro-1");
        var history = List.of(new HistoryEntry(1, NOW, "created", "ada", "words"));
        store.add(rollout, List.of(target(TargetState.PLANNED)), history);
        assertThat(store.find(rollout.id())).contains(rollout);
        assertThat(store.targets(rollout.id())).containsExactly(target(TargetState.PLANNED));
        assertThat(store.history(rollout.id())).isEqualTo(history);
        assertThat(store.live()).containsExactly(rollout);

        var more = List.of(new HistoryEntry(2, NOW, "state", "controller", "more"));
        var step = new Step(rollout, List.of(target(TargetState.OFFERED)), more, List.of(desired(5)));
        assertThat(store.step(step)).isTrue();
        assertThat(store.step(step)).as("the revision has moved on").isFalse();
        assertThat(store.find(rollout.id()).orElseThrow().revision()).isEqualTo(1);
        assertThat(store.history(rollout.id())).hasSize(2);

        var stale = new Step(
                rollout.withRevision(1), List.of(target(TargetState.COMMITTED)), List.of(), List.of(desired(5)));
        assertThat(store.step(stale)).as("a desired sequence only grows").isFalse();
        assertThat(store.targets(rollout.id())).containsExactly(target(TargetState.OFFERED));
        assertThat(store.find(rollout.id()).orElseThrow().revision()).isEqualTo(1);
    }

    @Test
    default void a_step_and_its_events_are_written_together_or_not_at_all() {
        var store = new JdbiRolloutStore(database());
        var events = new JdbiEventStore(database());
        var rollout = rollout("ro-1");
        store.add(rollout, List.of(), List.of(new HistoryEntry(1, NOW, "created", "ada", "words")));
        var step = new Step(
                rollout,
                List.of(),
                List.of(new HistoryEntry(2, NOW, "state", "controller", "halted: it broke")),
                List.of());
        store.step(step);
        assertThat(store.step(step)).isFalse();
        assertThat(events.after(0, 10))
                .extracting(e -> e.sequence() + " " + e.kind() + " " + e.what().who())
                .containsExactly("1 rollout.created ada", "2 rollout.state controller");
        assertThat(events.after(1, 10)).hasSize(1);
        assertThat(events.newest(1)).isEqualTo(events.after(1, 10));
        assertThat(events.after(1, 10).get(0).what().facts())
                .containsEntry("rollout", "ro-1")
                .containsEntry("history", "2");
        var audit = new JdbiAuditLog(database()).list(AuditLog.Filter.ALL, 0, 10);
        assertThat(audit).hasSize(1);
        assertThat(audit.get(0).actor()).isEqualTo("controller");
        assertThat(audit.get(0).after()).contains("halted: it broke");
    }

    @Test
    default void published_sequences_are_remembered_and_never_go_back() {
        var store = new JdbiRolloutStore(database());
        store.add(rollout("ro-1"), List.of(), List.of());
        store.step(new Step(rollout("ro-1"), List.of(), List.of(), List.of(desired(5))));
        store.published(Map.of(CAM, 5L));
        store.published(Map.of(CAM, 3L));
        assertThat(store.desired(CAM).orElseThrow().published()).isEqualTo(5);
        assertThat(store.desired(CAM).orElseThrow().due()).isFalse();
        store.step(new Step(rollout("ro-1").withRevision(1), List.of(), List.of(), List.of(desired(6))));
        assertThat(store.desired().get(CAM).due()).isTrue();
    }

    @Test
    default void an_enqueued_job_is_run_also_when_its_first_worker_was_killed() {
        var timing = new DbSchedulerQueue.Timing(
                Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofMillis(300), Duration.ZERO);
        var first = new CopyOnWriteArrayList<String>();
        var second = new CopyOnWriteArrayList<String>();
        var never = new java.util.concurrent.CountDownLatch(1);
        var killed = new DbSchedulerQueue(database(), 1, timing);
        killed.enqueue("job-1");
        killed.enqueue("job-1");
        killed.start(id -> {
            first.add(id);
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException("killed", e);
            }
        });
        await().untilAsserted(() -> assertThat(first).containsExactly("job-1"));
        killed.close();
        try (var next = new DbSchedulerQueue(database(), 1, timing)) {
            next.start(second::add);
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(second).contains("job-1"));
        }
    }
}
