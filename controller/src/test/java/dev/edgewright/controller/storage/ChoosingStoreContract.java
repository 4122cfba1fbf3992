package dev.edgewright.controller.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.TrialReport;
import dev.edgewright.common.protocol.v1.TrialState;
import dev.edgewright.controller.deployment.DeploymentRun;
import dev.edgewright.controller.fleet.ClassBook;
import dev.edgewright.controller.rollout.RolloutRequest;
import dev.edgewright.controller.selection.DecisionStore.Decision;
import dev.edgewright.controller.selection.DecisionStore.Line;
import dev.edgewright.controller.selection.DecisionStore.Value;
import dev.edgewright.controller.selection.Requirement;
import dev.edgewright.controller.selection.TrialMeasurements.Measurement;
import dev.edgewright.controller.selection.TrialMeasurements.OperatorMicros;
import dev.edgewright.controller.trial.Trial;
import dev.edgewright.controller.trial.TrialPolicy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every database has to do for deployments, trials, measurements, classes and decisions. */
interface ChoosingStoreContract extends OpenDatabase {

    DeviceId OTHER = DeviceId.of("cam-2");
    Requirement STRICT = Requirement.of(OptionalDouble.of(0.9), OptionalDouble.of(0.01));

    private static Trial trial(String id, Trial.State state) {
        return new Trial(
                id,
                ModelName.of("m"),
                "1",
                "x86_64/it's \"quoted\"",
                STRICT,
                TrialPolicy.DEFAULT,
                List.of(CAM, OTHER),
                2,
                List.of(Digest.of(new byte[] {1}), Digest.of(new byte[] {2})),
                Set.of(OTHER),
                state,
                List.of("began", "went on"),
                1234,
                NOW.plusSeconds(id.hashCode()),
                NOW.plusSeconds(60));
    }

    @Test
    default void trials_come_back_as_they_were_saved_and_only_live_ones_are_live() {
        var store = new JdbiTrialStore(database());
        var first = trial("tr-1", Trial.State.RUNNING);
        var second = trial("tr-2", Trial.State.RUNNING);
        var asked = TrialState.newBuilder().setDeviceId("cam-1").setSequence(3).build();
        store.save(List.of(first, second), Map.of(CAM, asked));
        assertThat(store.list(10)).containsExactly(second, first);
        assertThat(store.list(1)).containsExactly(second);
        assertThat(store.find("tr-1")).contains(first);
        assertThat(store.find("tr-9")).isEmpty();

        store.save(List.of(trial("tr-1", Trial.State.DONE)), Map.of());
        assertThat(store.live()).containsExactly(second);
        assertThat(store.asked()).containsExactly(Map.entry(CAM, asked));
    }

    @Test
    default void what_a_device_is_to_measure_and_what_it_reported_are_kept_beside_each_other() {
        var store = new JdbiTrialStore(database());
        var asked = TrialState.newBuilder().setDeviceId("cam-1").setSequence(3).build();
        var report = TrialReport.newBuilder()
                .setDeviceId("cam-1")
                .setTrialSequence(3)
                .build();
        store.report(CAM, report);
        assertThat(store.asked()).isEmpty();
        store.save(List.of(), Map.of(CAM, asked));
        store.report(OTHER, report);
        assertThat(store.reports()).containsOnlyKeys(CAM, OTHER).containsEntry(CAM, report);
        assertThat(store.asked()).containsExactly(Map.entry(CAM, asked));
        store.forget(CAM);
        assertThat(store.reports()).containsOnlyKeys(OTHER);
        assertThat(store.asked()).isEmpty();
    }

    private static DeploymentRun deployment(String id, DeploymentRun.State state) {
        return new DeploymentRun(
                id,
                "ada",
                "model: m\n# ü and 'quotes'\n",
                "m",
                "1",
                RolloutRequest.of(ModelName.of("m")),
                List.of(new DeploymentRun.OfRule(
                        Optional.of("device.online"),
                        Optional.empty(),
                        3,
                        STRICT,
                        List.of("tr-1"),
                        Optional.of("ro-1"),
                        Optional.empty())),
                state,
                List.of("applied"),
                NOW.plusSeconds(id.hashCode()));
    }

    @Test
    default void deployments_come_back_as_they_were_saved_newest_first() {
        var store = new JdbiDeploymentStore(database());
        store.save(deployment("dp-1", DeploymentRun.State.TRYING));
        store.save(deployment("dp-2", DeploymentRun.State.TRYING));
        assertThat(store.list(10))
                .containsExactly(
                        deployment("dp-2", DeploymentRun.State.TRYING), deployment("dp-1", DeploymentRun.State.TRYING));
        store.save(deployment("dp-1", DeploymentRun.State.ROLLED_OUT));
        assertThat(store.find("dp-1")).contains(deployment("dp-1", DeploymentRun.State.ROLLED_OUT));
        assertThat(store.live()).containsExactly(deployment("dp-2", DeploymentRun.State.TRYING));
        assertThat(store.list(1)).hasSize(1);
    }

    private static Measurement measured(DeviceId device, double p50Ms) {
        return new Measurement(
                "class",
                Digest.of(new byte[] {1}),
                device,
                "tr-1",
                p50Ms,
                0.01,
                2 * p50Ms,
                0.003,
                1L << 40,
                100,
                Optional.of("PARITY: differs"),
                List.of(new OperatorMicros("Conv", "uint8", 3, 12.5)),
                NOW);
    }

    @Test
    default void a_measurement_replaces_that_of_the_same_variant_on_the_same_device_and_no_other() {
        var store = new JdbiChoiceStore(database());
        store.put(measured(CAM, 1));
        store.put(measured(OTHER, 5));
        store.put(measured(CAM, 2));
        assertThat(store.all()).containsExactly(measured(CAM, 2), measured(OTHER, 5));
    }

    @Test
    default void the_book_of_classes_is_empty_at_first_and_comes_back_whole() {
        var store = new JdbiChoiceStore(database());
        assertThat(store.load()).isEqualTo(ClassBook.EMPTY);
        var book = ClassBook.EMPTY
                .placed("cam-1", "x", new ClassBook.Traits(Map.of("conv/fp32", 1e9), 1))
                .placed("cam-2", "x", new ClassBook.Traits(Map.of("conv/fp32", 5e9), 1));
        store.save(book);
        store.save(book);
        assertThat(store.load()).isEqualTo(book);
    }

    private static Decision decision(String id, String model, long second) {
        return new Decision(
                id,
                "ro-1",
                "ada",
                model,
                "1",
                "class",
                "latency",
                Optional.of("fp32"),
                "why",
                List.of(new Line(
                        "fp32",
                        "00",
                        Optional.of(new Value(1, 0.5, 2, "PROBES")),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(0.9),
                        100,
                        "CHOSEN",
                        "fastest")),
                NOW.plusSeconds(second));
    }

    @Test
    default void the_newest_decision_about_each_model_is_read_for_a_device() {
        var store = new JdbiChoiceStore(database());
        store.add(Map.of());
        store.add(Map.of(decision("d-1", "m", 1), List.of(CAM, OTHER)));
        store.add(Map.of(decision("d-2", "m", 2), List.of(CAM), decision("d-3", "n", 3), List.of(CAM)));
        store.add(Map.of(decision("d-4", "m", 4), List.of()));
        assertThat(store.of(CAM)).containsExactly(decision("d-3", "n", 3), decision("d-2", "m", 2));
        assertThat(store.of(OTHER)).containsExactly(decision("d-1", "m", 1));
        assertThat(store.of(DeviceId.of("none"))).isEmpty();
    }
}
