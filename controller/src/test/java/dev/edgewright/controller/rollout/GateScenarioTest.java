package dev.edgewright.controller.rollout;

import static dev.edgewright.controller.rollout.RolloutFixture.paced;
import static dev.edgewright.controller.rollout.RolloutFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.common.protocol.v1.ProbeResult;
import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.rollout.GatePolicy.OnBreach;
import dev.edgewright.controller.rollout.GatePolicy.Scope;
import dev.edgewright.controller.testing.FakeDevice;
import dev.edgewright.controller.testing.FakeDevice.Behaviour;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bad variants are stopped by what devices measure, good ones under noise are not. */
class GateScenarioTest {

    @TempDir
    Path folder;

    private RolloutFixture house;

    @BeforeEach
    void open() {
        house = new RolloutFixture(folder);
    }

    @AfterEach
    void close() {
        house.close();
    }

    private static GatePolicy gates(OnBreach action, Scope scope) {
        return new GatePolicy(
                0.2,
                0,
                OptionalDouble.of(1.2),
                OptionalDouble.of(1.3),
                OptionalDouble.of(1.5),
                OptionalDouble.of(0.01),
                OptionalDouble.of(0.99),
                0,
                50,
                1,
                0.95,
                action,
                scope);
    }

    private RolloutRequest soaking(List<WaveSpec> waves, GatePolicy gates) {
        return paced(
                request(waves, gates),
                new Pace(
                        0,
                        0,
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(10),
                        Duration.ofMinutes(10),
                        Optional.empty(),
                        Optional.empty()));
    }

    private Variant servingFirst(int devices) {
        house.devices(devices);
        var v1 = house.version("v1");
        house.engine.create(request(List.of(WaveSpec.ofPercent(100)), GatePolicy.DEFAULT));
        for (int i = 1; i <= devices; i++) {
            house.serves(i, v1, 10, 0, 0.5);
        }
        return v1;
    }

    private RolloutDetail canary(OnBreach action) {
        return house.engine.create(
                soaking(List.of(WaveSpec.ofCount(1), WaveSpec.ofPercent(100)), gates(action, Scope.ROLLOUT)));
    }

    private void stoppedAtTheCanary(RolloutDetail rollout, Variant before, String words) {
        house.passes(Duration.ofSeconds(1));
        var now = house.now(rollout);
        assertThat(now.rollout().state()).isEqualTo(RolloutState.REVERTED);
        assertThat(now.history())
                .anyMatch(h -> h.kind().equals("verdict") && h.words().contains(words));
        assertThat(now.targets()).filteredOn(t -> t.sequence() > 0).hasSize(1);
        assertThat(house.activeOn(1)).isEqualTo(before.digest());
    }

    @Test
    void a_variant_that_is_30_percent_slower_is_stopped_at_the_canary_and_taken_back() {
        var v1 = servingFirst(3);
        var v2 = house.version("v2");
        var rollout = canary(OnBreach.REVERT);
        house.serves(1, v2, 15, 0, 0.5);
        stoppedAtTheCanary(rollout, v1, "p95 is 1.");
    }

    @Test
    void a_variant_that_doubles_the_joules_is_stopped() {
        var v1 = servingFirst(3);
        var v2 = house.version("v2");
        var rollout = canary(OnBreach.REVERT);
        house.serves(1, v2, 10, 0, 1.0);
        stoppedAtTheCanary(rollout, v1, "energy per inference is");
    }

    @Test
    void a_variant_that_leaks_memory_is_stopped_once_it_has_grown_beyond_the_limit() {
        var v1 = servingFirst(3);
        var v2 = house.version("v2");
        var rollout = canary(OnBreach.REVERT);
        house.resident = 140_000_000;
        house.serves(1, v2, 10, 0, 0.5);
        house.passes(Duration.ofSeconds(1));
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.RUNNING);
        house.resident = 160_000_000;
        house.serves(1, v2, 10, 0, 0.5);
        stoppedAtTheCanary(rollout, v1, "resident memory is 1.60 times");
    }

    @Test
    void a_variant_that_fails_requests_is_stopped() {
        var v1 = servingFirst(3);
        var v2 = house.version("v2");
        var rollout = canary(OnBreach.REVERT);
        house.serves(1, v2, 10, 2, 0.5);
        stoppedAtTheCanary(rollout, v1, "20 of 400 requests failed");
    }

    @Test
    void a_variant_that_answers_otherwise_is_stopped() {
        var v1 = servingFirst(3);
        house.version("v2");
        house.device(1)
                .probes(ProbeResult.newBuilder().setRuns(50).setAgreement(0.98).build());
        var rollout = canary(OnBreach.REVERT);
        stoppedAtTheCanary(rollout, v1, "agreement with the expected answers is 0.9800");
    }

    @Test
    void a_good_variant_under_noise_is_not_stopped() {
        servingFirst(3);
        var v2 = house.version("v2");
        var rollout = canary(OnBreach.REVERT);
        for (int i = 0; i < 20; i++) {
            house.serves(1, v2, 10, 0, 0.5);
            house.passes(Duration.ofSeconds(5));
        }
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.RUNNING);
        house.passes(Duration.ofMinutes(5)).passes(Duration.ofMinutes(6));
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
    }

    @Test
    void too_few_requests_give_no_verdict() {
        house.devices(1);
        house.version("v1");
        house.engine.create(request(List.of(), GatePolicy.DEFAULT));
        var v2 = house.version("v2");
        var rollout = canary(OnBreach.HOLD);
        house.serves(1, v2, 50, 0, 5);
        house.passes(Duration.ofSeconds(1));
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.RUNNING);
    }

    @Test
    void hold_keeps_what_devices_have_until_a_person_decides() {
        servingFirst(2);
        var v2 = house.version("v2");
        var rollout = canary(OnBreach.HOLD);
        house.serves(1, v2, 20, 0, 0.5);
        house.passes(Duration.ofSeconds(1));
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.HALTED);
        assertThat(house.activeOn(1)).isEqualTo(v2.digest());
    }

    @Test
    void only_the_hardware_class_that_breaks_a_gate_is_stopped() {
        house.devices(2);
        for (int i = 3; i <= 4; i++) {
            var device = new FakeDevice(String.format("cam-%02d", i), house.fleet).behaves(Behaviour.FAILS);
            house.devices.put(device.id(), device);
            device.connects(FakeDevice.facts().setArch("aarch64").build(), FakeDevice.probes(3));
        }
        house.version("v1");
        var heard = new ArrayList<String>();
        house.engine.addListener((rollout, entry) -> heard.add(entry.kind()));
        var rollout = house.engine.create(request(
                List.of(WaveSpec.ofCount(2), WaveSpec.ofCount(2)), gates(OnBreach.HOLD, Scope.VARIANT_AND_CLASS)));
        var now = house.now(rollout);
        assertThat(now.rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
        assertThat(now.counts())
                .containsEntry(TargetState.COMMITTED, 2L)
                .containsEntry(TargetState.FAILED, 1L)
                .containsEntry(TargetState.SKIPPED, 1L);
        assertThat(now.history()).anyMatch(h -> h.words().startsWith("stopped fp32 on aarch64"));
        assertThat(heard).contains("created", "wave", "verdict", "state");
    }

    @Test
    void when_every_class_breaks_a_gate_the_rollout_halts() {
        house.devices(2);
        house.devices.values().forEach(d -> d.behaves(Behaviour.FAILS));
        house.version("v1");
        var rollout = house.engine.create(request(List.of(), gates(OnBreach.HOLD, Scope.VARIANT_AND_CLASS)));
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.HALTED);
    }

    @Test
    void the_baseline_survives_a_restart_of_the_controller() {
        var v1 = servingFirst(2);
        var v2 = house.version("v2");
        var rollout = canary(OnBreach.REVERT);
        house.restart();
        house.devices.values().forEach(FakeDevice::connects);
        house.serves(1, v2, 16, 0, 0.5);
        stoppedAtTheCanary(rollout, v1, "p95 is 1.");
    }
}
