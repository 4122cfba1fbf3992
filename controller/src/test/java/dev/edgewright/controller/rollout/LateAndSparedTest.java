package dev.edgewright.controller.rollout;

import static dev.edgewright.controller.rollout.RolloutFixture.MODEL;
import static dev.edgewright.controller.rollout.RolloutFixture.paced;
import static dev.edgewright.controller.rollout.RolloutFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.protocol.v1.PowerSource;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.controller.rollout.Terms.LateJoining;
import dev.edgewright.controller.testing.FakeDevice;
import dev.edgewright.controller.testing.FakeDevice.Behaviour;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices that come late, and devices that have to be charged first. */
class LateAndSparedTest {

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

    private FakeDevice another(String id) {
        var device = new FakeDevice(id, house.fleet);
        house.devices.put(device.id(), device);
        return device;
    }

    private FakeDevice onBattery(String id, int percent) {
        var device = another(id);
        return device.connects(battery(percent), FakeDevice.probes(3));
    }

    private static dev.edgewright.common.protocol.v1.DeviceFacts battery(int percent) {
        return FakeDevice.facts()
                .setPower(PowerSource.POWER_SOURCE_BATTERY)
                .setBatteryPercent(percent)
                .build();
    }

    private static RolloutRequest sparing(List<WaveSpec> waves) {
        return request(waves, GatePolicy.DEFAULT).withTerms(Terms.DEFAULT.sparingBatteriesBelow(30));
    }

    private Target target(RolloutDetail rollout, String id) {
        return house.now(rollout).targets().stream()
                .filter(t -> t.device().value().equals(id))
                .findFirst()
                .orElseThrow();
    }

    // ------------------------------------------------------------------ battery

    @Test
    void a_device_on_battery_below_the_level_is_postponed_in_words_and_does_not_fail() {
        house.version("v1");
        house.devices(1);
        onBattery("low", 12);
        var rollout = house.engine.create(sparing(List.of(WaveSpec.ofPercent(100))));
        house.passes(Duration.ofHours(2));
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.RUNNING);
        assertThat(target(rollout, "low").state()).isEqualTo(TargetState.PLANNED);
        assertThat(target(rollout, "low").error())
                .contains("BATTERY: postponed, the device is on battery at 12 %, 30 % or mains are needed");
        assertThat(house.devices.get(target(rollout, "low").device()).received())
                .isEmpty();
    }

    @Test
    void it_gets_its_offer_as_soon_as_it_is_charged_by_its_telemetry() {
        house.version("v1");
        var device = onBattery("low", 12);
        var rollout = house.engine.create(sparing(List.of()));
        house.telemetry.onTelemetry(
                device.id(),
                TelemetryWindow.newBuilder()
                        .setBootId(com.google.protobuf.ByteString.copyFromUtf8("b"))
                        .setSequence(1)
                        .setBatteryPercent(31)
                        .build());
        house.passes(Duration.ofSeconds(1));
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
        assertThat(target(rollout, "low").error()).isEmpty();
    }

    @Test
    void mains_count_whatever_the_level() {
        house.version("v1");
        var device = onBattery("low", 12);
        var rollout = house.engine.create(sparing(List.of()));
        device.connects(
                battery(12).toBuilder().setPower(PowerSource.POWER_SOURCE_MAINS).build(), FakeDevice.probes(3));
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
    }

    @Test
    void a_device_on_battery_that_says_no_level_is_postponed() {
        house.version("v1");
        onBattery("mute", 0);
        var rollout = house.engine.create(sparing(List.of()));
        assertThat(target(rollout, "mute").error().orElseThrow()).contains("says no level");
    }

    @Test
    void a_wave_does_not_wait_for_batteries_once_its_others_have_shown_the_variant() {
        house.version("v1");
        house.devices(3);
        var low = onBattery("a-low", 5);
        var rollout = house.engine.create(sparing(List.of(WaveSpec.ofCount(3), WaveSpec.ofCount(1))));
        var now = house.now(rollout);
        assertThat(now.history()).anyMatch(h -> h.words().contains("1 device of wave 1 waiting for battery"));
        assertThat(now.rollout().waves()).extracting(Wave::devices).containsExactly(2, 2);
        assertThat(now.counts()).containsEntry(TargetState.COMMITTED, 3L).containsEntry(TargetState.PLANNED, 1L);
        low.connects(battery(80), FakeDevice.probes(3));
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
    }

    @Test
    void a_canary_of_only_empty_batteries_is_not_passed_by() {
        house.version("v1");
        onBattery("a-low", 5);
        onBattery("b-low", 5);
        house.devices(1);
        var rollout = house.engine.create(sparing(List.of(WaveSpec.ofCount(1), WaveSpec.ofPercent(100)))
                .withTerms(Terms.DEFAULT.sparingBatteriesBelow(30)));
        var canary = house.now(rollout).wave(0).get(0);
        if (canary.device().value().endsWith("low")) {
            assertThat(house.now(rollout).counts()).containsEntry(TargetState.PLANNED, 3L);
        } else {
            assertThat(house.now(rollout).counts()).containsEntry(TargetState.PLANNED, 2L);
        }
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.RUNNING);
    }

    @Test
    void a_level_over_100_is_refused() {
        assertThatThrownBy(() -> Terms.DEFAULT.sparingBatteriesBelow(101)).hasMessageContaining("in 1..100: 101");
        assertThatThrownBy(() -> Terms.DEFAULT.sparingBatteriesBelow(0)).hasMessageContaining("in 1..100: 0");
    }

    // ------------------------------------------------------------------ late

    private static RolloutRequest labelled(String site, RolloutRequest r) {
        return new RolloutRequest(
                r.model(),
                r.version(),
                Optional.of("has(device.labels.site) && device.labels.site == '" + site + "'"),
                r.variant(),
                r.requirement(),
                r.waves(),
                r.gates(),
                r.pace(),
                r.limits(),
                r.priority(),
                r.createdBy(),
                r.terms());
    }

    @Test
    void a_device_that_registers_while_a_rollout_goes_on_joins_its_last_wave() {
        house.devices(2);
        house.device(1).behaves(Behaviour.STAYS_WATCHING);
        house.version("v1");
        var rollout = house.engine.create(request(List.of(), GatePolicy.DEFAULT));
        another("late").connects();
        assertThat(target(rollout, "late").wave()).isEqualTo(1);
        assertThat(house.now(rollout).rollout().waves().get(1).devices()).isEqualTo(2);
        assertThat(house.now(rollout).history())
                .anyMatch(h -> h.kind().equals("late") && h.words().equals("late began to match and joined wave 2"));
        house.device(1).says(MODEL.value(), dev.edgewright.common.update.UpdateState.COMMITTED, true);
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
        assertThat(house.now(rollout).counts()).containsEntry(TargetState.COMMITTED, 3L);
    }

    @Test
    void a_device_that_begins_to_match_by_a_label_joins() {
        house.devices(3);
        house.device(1).behaves(Behaviour.STAYS_WATCHING);
        house.version("v1");
        house.fleet.setLabels(house.device(1).id(), Map.of("site", "lyon"));
        house.fleet.setLabels(house.device(2).id(), Map.of("site", "lyon"));
        var rollout = house.engine.create(labelled("lyon", request(List.of(), GatePolicy.DEFAULT)));
        assertThat(house.now(rollout).targets()).hasSize(2);
        house.fleet.setLabels(house.device(3).id(), Map.of("site", "lyon"));
        assertThat(house.now(rollout).targets()).hasSize(3);
    }

    @Test
    void a_device_that_joins_while_the_last_wave_soaks_gets_a_wave_of_its_own() {
        house.devices(1);
        house.version("v1");
        var soaking = new Pace(
                0,
                0,
                Duration.ofMinutes(5),
                Duration.ofMinutes(10),
                Duration.ofMinutes(10),
                Optional.empty(),
                Optional.empty());
        var rollout = house.engine.create(paced(request(List.of(), GatePolicy.DEFAULT), soaking));
        another("late").connects();
        assertThat(house.now(rollout).rollout().waves()).hasSize(2);
        house.passes(Duration.ofMinutes(6));
        assertThat(target(rollout, "late").state()).isEqualTo(TargetState.COMMITTED);
    }

    @Test
    void a_device_that_comes_after_the_rollout_succeeded_is_offered_what_the_others_got() {
        house.devices(2);
        var v1 = house.version("v1");
        var rollout = house.engine.create(request(List.of(), GatePolicy.DEFAULT));
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
        var late = another("late").connects();
        assertThat(late.active(MODEL.value())).isEqualTo(v1.digest().toByteString());
        assertThat(target(rollout, "late").state()).isEqualTo(TargetState.COMMITTED);
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
    }

    @Test
    void also_after_a_restart_of_the_controller_and_only_once() {
        house.devices(2);
        house.version("v1");
        var rollout = house.engine.create(request(List.of(), GatePolicy.DEFAULT));
        house.restart();
        var late = another("late").connects();
        late.connects();
        house.passes(Duration.ofMinutes(2));
        assertThat(late.received()).hasSize(1);
        assertThat(target(rollout, "late").state()).isEqualTo(TargetState.COMMITTED);
    }

    @Test
    void the_newest_rollout_that_succeeded_counts() {
        house.devices(2);
        house.version("v1");
        house.engine.create(request(List.of(), GatePolicy.DEFAULT));
        house.passes(Duration.ofSeconds(1));
        var v2 = house.version("v2");
        house.engine.create(request(List.of(), GatePolicy.DEFAULT));
        var late = another("late").connects();
        assertThat(late.received()).hasSize(1);
        assertThat(late.active(MODEL.value())).isEqualTo(v2.digest().toByteString());
    }

    @Test
    void after_a_revert_a_late_device_gets_what_stood_before_and_never_what_was_taken_back() {
        house.devices(2);
        var v1 = house.version("v1");
        house.engine.create(request(List.of(), GatePolicy.DEFAULT));
        house.passes(Duration.ofSeconds(1));
        var v2 = house.version("v2");
        var second = house.engine.create(request(List.of(), GatePolicy.DEFAULT));
        house.engine.abort(second.rollout().id(), true, "ada");
        assertThat(house.now(second).rollout().state()).isEqualTo(RolloutState.REVERTED);
        var late = another("late").connects();
        assertThat(late.active(MODEL.value())).isEqualTo(v1.digest().toByteString());
        assertThat(late.received())
                .noneMatch(d -> d.toString().contains(v2.digest().hex()));
        assertThat(house.activeOn(1)).isEqualTo(v1.digest());
    }

    @Test
    void a_late_device_that_fails_changes_nothing_for_the_others() {
        house.devices(2);
        house.version("v1");
        var rollout = house.engine.create(request(List.of(), GatePolicy.failures(0)));
        another("late").behaves(Behaviour.FAILS).connects();
        assertThat(target(rollout, "late").state()).isEqualTo(TargetState.FAILED);
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
    }

    @Test
    void ignore_leaves_late_devices_alone_during_and_after() {
        house.devices(2);
        house.device(1).behaves(Behaviour.STAYS_WATCHING);
        house.version("v1");
        var rollout = house.engine.create(
                request(List.of(), GatePolicy.DEFAULT).withTerms(Terms.DEFAULT.late(LateJoining.IGNORE)));
        var late = another("late").connects();
        house.device(1).says(MODEL.value(), dev.edgewright.common.update.UpdateState.COMMITTED, true);
        house.passes(Duration.ofMinutes(2));
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
        assertThat(house.now(rollout).targets()).hasSize(2);
        assertThat(late.received()).isEmpty();
    }

    @Test
    void a_halted_rollout_takes_nobody_in() {
        house.devices(2);
        house.device(1).behaves(Behaviour.FAILS);
        house.version("v1");
        var rollout = house.engine.create(request(List.of(), GatePolicy.failures(0)));
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.HALTED);
        var late = another("late").connects();
        house.passes(Duration.ofMinutes(2));
        assertThat(house.now(rollout).targets()).hasSize(2);
        assertThat(late.received()).isEmpty();
    }

    @Test
    void a_late_device_that_no_variant_suits_is_left_out_with_the_reason() {
        house.devices(1);
        house.version("v1");
        var demanding = request(List.of(), GatePolicy.DEFAULT);
        var rollout = house.engine.create(demanding);
        another("weak").connects(FakeDevice.facts().setRamBytes(0).build(), List.of());
        assertThat(house.now(rollout).targets()).hasSize(2);
    }
}
