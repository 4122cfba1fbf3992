package dev.edgewright.controller.rollout;

import static dev.edgewright.controller.rollout.RolloutFixture.paced;
import static dev.edgewright.controller.rollout.RolloutFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.common.protocol.v1.ProbeResult;
import dev.edgewright.common.protocol.v1.ShadowWindow;
import dev.edgewright.common.update.UpdateState;
import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.rollout.GatePolicy.OnBreach;
import dev.edgewright.controller.rollout.GatePolicy.Scope;
import dev.edgewright.controller.testing.FakeDevice;
import dev.edgewright.controller.testing.FakeDevice.Behaviour;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who resumes a halted rollout accepts what it halted for: the same evidence does not halt it again, worse does, and so does another gate. */
class ResumeTest {

    @TempDir
    Path folder;

    private RolloutFixture house;
    private Variant v1;
    private Variant v2;

    @BeforeEach
    void open() {
        house = new RolloutFixture(folder);
        house.devices(3);
        v1 = house.everywhere("v1");
        for (int i = 1; i <= 3; i++) {
            house.serves(i, v1, 10, 0, 0.5);
        }
        v2 = house.version("v2");
    }

    @AfterEach
    void close() {
        house.close();
    }

    private static GatePolicy gates(Scope scope) {
        return new GatePolicy(
                0.2,
                0,
                OptionalDouble.of(1.2),
                OptionalDouble.of(1.3),
                OptionalDouble.of(1.5),
                OptionalDouble.of(0.01),
                OptionalDouble.of(0.99),
                0.5,
                50,
                1,
                0.95,
                OnBreach.HOLD,
                scope);
    }

    private RolloutDetail canary(Scope scope) {
        return house.engine.create(paced(
                request(List.of(WaveSpec.ofCount(1), WaveSpec.ofPercent(100)), gates(scope)),
                new Pace(
                        0,
                        0,
                        Duration.ofMinutes(50),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(5),
                        Optional.empty(),
                        Optional.empty())));
    }

    private RolloutState soon(RolloutDetail rollout) {
        house.passes(Duration.ofSeconds(1));
        return house.now(rollout).rollout().state();
    }

    private RolloutDetail resume(RolloutDetail rollout) {
        return house.engine.resume(rollout.rollout().id(), "ada");
    }

    private void compares(int device, long compared, long agreed) {
        house.beside(
                device,
                ShadowWindow.newBuilder()
                        .setManifest(v1.digest().toByteString())
                        .setActiveManifest(v2.digest().toByteString())
                        .setCompared(compared)
                        .setAgreed(agreed));
    }

    private record Case(
            String name, Consumer<ResumeTest> bad, Consumer<ResumeTest> worse, String verdict, String accepted) {
        @Override
        public String toString() {
            return name;
        }
    }

    private void served(double ms, int errors, double joules) {
        house.serves(1, v2, ms, errors, joules);
    }

    private void resident(long bytes) {
        house.resident = bytes;
        served(10, 0, 0.5);
    }

    private void probed(double agreement) {
        house.device(1)
                .probes(ProbeResult.newBuilder()
                        .setRuns(50)
                        .setAgreement(agreement)
                        .build())
                .says(RolloutFixture.MODEL.value(), UpdateState.COMMITTED, true);
    }

    static Stream<Case> gatesThatSpeak() {
        return Stream.of(
                new Case("latency", t -> t.served(15, 0, 0.5), t -> t.served(30, 0, 0.5), "p95 is 1.", "p95 of 1."),
                new Case(
                        "energy",
                        t -> t.served(10, 0, 1),
                        t -> t.served(10, 0, 2),
                        "energy per",
                        "energy per inference of 1.9"),
                new Case(
                        "memory",
                        t -> t.resident(160_000_000),
                        t -> t.resident(250_000_000),
                        "memory is 1.5",
                        "memory of 1.5"),
                new Case(
                        "errors",
                        t -> t.served(10, 2, 0.5),
                        t -> t.served(10, 8, 0.5),
                        "20 of 400",
                        "5.00 % of the requests failing"),
                new Case(
                        "golden answers",
                        t -> t.probed(0.97),
                        t -> t.probed(0.9),
                        "0.9700",
                        "3.00 % of the expected answers missed"),
                new Case(
                        "live answers",
                        t -> t.compares(1, 1000, 970),
                        t -> t.compares(1, 1000, 900),
                        "30 of 1000",
                        "3.00 % of the live answers"));
    }

    @ParameterizedTest
    @MethodSource("gatesThatSpeak")
    void the_same_evidence_does_not_halt_it_again_and_worse_does(Case gate) {
        var rollout = canary(Scope.ROLLOUT);
        gate.bad().accept(this);
        assertThat(soon(rollout)).isEqualTo(RolloutState.HALTED);
        assertThat(house.now(rollout).rollout().reason()).contains(gate.verdict());

        assertThat(resume(rollout).rollout().state()).isEqualTo(RolloutState.RUNNING);
        assertThat(house.now(rollout).history()).anySatisfy(h -> {
            assertThat(h.kind()).isEqualTo("accepted");
            assertThat(h.who()).isEqualTo("ada");
            assertThat(h.words()).contains(gate.accepted());
        });
        assertThat(soon(rollout)).as("the evidence that was accepted").isEqualTo(RolloutState.RUNNING);
        for (int i = 0; i < 3; i++) {
            gate.bad().accept(this);
            assertThat(soon(rollout)).as("more of the same").isEqualTo(RolloutState.RUNNING);
        }

        house.restart();
        house.devices.values().forEach(FakeDevice::connects);
        gate.bad().accept(this);
        assertThat(soon(rollout)).as("after a restart of the controller").isEqualTo(RolloutState.RUNNING);
        for (int i = 0; i < 4; i++) {
            gate.worse().accept(this);
        }
        assertThat(soon(rollout)).as("worse than what was accepted").isEqualTo(RolloutState.HALTED);
        assertThat(resume(rollout).rollout().state()).isEqualTo(RolloutState.RUNNING);
        assertThat(soon(rollout)).as("accepted once more").isEqualTo(RolloutState.RUNNING);
    }

    @Test
    void a_gate_that_did_not_speak_was_not_accepted() {
        var rollout = canary(Scope.ROLLOUT);
        served(15, 0, 0.5);
        assertThat(soon(rollout)).isEqualTo(RolloutState.HALTED);
        resume(rollout);
        served(15, 0, 1.0);
        assertThat(soon(rollout)).isEqualTo(RolloutState.HALTED);
        assertThat(house.now(rollout).rollout().reason()).contains("energy per inference is");
    }

    @Test
    void all_gates_that_are_broken_are_told_and_accepted_together() {
        var rollout = canary(Scope.ROLLOUT);
        served(15, 2, 1.0);
        assertThat(soon(rollout)).isEqualTo(RolloutState.HALTED);
        var halted = house.now(rollout);
        assertThat(halted.rollout().reason())
                .contains("20 of 400 requests failed")
                .contains("more, which the history tells");
        assertThat(halted.history()).filteredOn(h -> h.kind().equals("verdict")).hasSizeGreaterThanOrEqualTo(3);
        resume(rollout);
        assertThat(soon(rollout)).isEqualTo(RolloutState.RUNNING);
        served(15, 2, 1.0);
        assertThat(soon(rollout)).isEqualTo(RolloutState.RUNNING);
    }

    @Test
    void what_was_measured_before_the_resume_does_not_water_down_what_comes_after() {
        var rollout = canary(Scope.ROLLOUT);
        for (int i = 0; i < 20; i++) {
            served(15, 0, 0.5);
        }
        assertThat(soon(rollout)).isEqualTo(RolloutState.HALTED);
        resume(rollout);
        served(30, 0, 0.5);
        assertThat(soon(rollout))
                .as("a twentieth of all requests, and all since")
                .isEqualTo(RolloutState.HALTED);
        assertThat(house.telemetry
                        .usage(house.device(1).id(), RolloutFixture.MODEL, v2.digest())
                        .orElseThrow()
                        .requests())
                .as("what is measured of devices is kept")
                .isEqualTo(21 * 400);
    }

    @Test
    void the_variant_before_runs_beside_again_while_the_first_wave_goes_on() {
        var rollout = canary(Scope.ROLLOUT);
        compares(1, 1000, 970);
        assertThat(soon(rollout)).isEqualTo(RolloutState.HALTED);
        assertThat(house.device(1).beside()).isEmpty();
        resume(rollout);
        assertThat(house.device(1).beside()).hasSize(1);
        assertThat(house.activeOn(1)).isEqualTo(v2.digest());
        house.passes(Duration.ofMinutes(51));
        assertThat(house.device(1).beside()).as("the wave is over").isEmpty();
        assertThat(house.now(rollout).rollout().currentWave()).isEqualTo(1);
    }

    @Test
    void resumed_after_the_soak_time_nothing_is_begun_that_would_end_at_once() {
        var rollout = canary(Scope.ROLLOUT);
        compares(1, 1000, 970);
        assertThat(soon(rollout)).isEqualTo(RolloutState.HALTED);
        house.passes(Duration.ofMinutes(60));
        int told = house.published.size();
        resume(rollout);
        assertThat(house.published.subList(told, house.published.size()))
                .as("only the offers of the next wave")
                .noneMatch(p -> p.startsWith("cam-01"))
                .hasSize(2);
    }

    @Test
    void a_resume_after_a_pause_accepts_nothing() {
        var rollout = canary(Scope.ROLLOUT);
        house.engine.pause(rollout.rollout().id(), "ada");
        resume(rollout);
        assertThat(house.now(rollout).history()).noneMatch(h -> h.kind().equals("accepted"));
        served(15, 0, 0.5);
        assertThat(soon(rollout)).isEqualTo(RolloutState.HALTED);
    }

    @Test
    void a_class_that_the_rollout_halted_for_goes_on_with_the_rest_of_it() {
        house.device(1).behaves(Behaviour.FAILS);
        var rollout = canary(Scope.VARIANT_AND_CLASS);
        assertThat(soon(rollout)).isEqualTo(RolloutState.HALTED);
        assertThat(resume(rollout).rollout().state()).isEqualTo(RolloutState.RUNNING);
        house.passes(Duration.ofMinutes(51)).passes(Duration.ofMinutes(51));
        var now = house.now(rollout);
        assertThat(now.rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
        assertThat(now.counts()).containsEntry(TargetState.COMMITTED, 2L).containsEntry(TargetState.FAILED, 1L);
    }

    @Test
    void one_silent_device_more_than_was_accepted_halts_it_again() {
        house.device(1).behaves(Behaviour.SILENT);
        house.device(2).behaves(Behaviour.SILENT);
        var rollout = canary(Scope.ROLLOUT);
        house.passes(Duration.ofMinutes(6));
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.HALTED);
        resume(rollout);
        assertThat(house.now(rollout).history())
                .anySatisfy(h -> assertThat(h.words()).isEqualTo("ada accepted one failed device"));
        house.passes(Duration.ofMinutes(51));
        assertThat(house.now(rollout).rollout().state())
                .as("the second wave began")
                .isEqualTo(RolloutState.RUNNING);
        house.passes(Duration.ofMinutes(6));
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.HALTED);
    }
}
