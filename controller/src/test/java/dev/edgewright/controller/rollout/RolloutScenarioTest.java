package dev.edgewright.controller.rollout;

import static dev.edgewright.controller.rollout.RolloutFixture.MODEL;
import static dev.edgewright.controller.rollout.RolloutFixture.paced;
import static dev.edgewright.controller.rollout.RolloutFixture.prioritised;
import static dev.edgewright.controller.rollout.RolloutFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.v1.LifecycleState;
import dev.edgewright.common.update.UpdateState;
import dev.edgewright.controller.rollout.GatePolicy.OnBreach;
import dev.edgewright.controller.rollout.GatePolicy.Scope;
import dev.edgewright.controller.storage.JdbiFleetStore;
import dev.edgewright.controller.testing.FakeDevice.Behaviour;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rollouts as people tell them. */
class RolloutScenarioTest {

    private static final List<WaveSpec> CANARY_THEN_ALL = List.of(WaveSpec.ofCount(1), WaveSpec.ofPercent(100));

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

    @Test
    void all_devices_commit_wave_by_wave() {
        house.devices(5).version("v1");
        var done = house.now(house.engine.create(
                request(List.of(WaveSpec.ofPercent(20), WaveSpec.ofPercent(80)), GatePolicy.DEFAULT)));
        assertThat(done.rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
        assertThat(done.rollout().waves()).extracting(Wave::devices).containsExactly(1, 4);
        assertThat(done.targets()).extracting(Target::state).containsOnly(TargetState.COMMITTED);
        assertThat(house.published).hasSize(5);
    }

    @Test
    void a_controller_that_is_killed_knows_of_each_device_what_its_rollout_knows() {
        house.devices(3).version("v1");
        var done = house.now(house.engine.create(request(CANARY_THEN_ALL, GatePolicy.DEFAULT)));
        assertThat(done.rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
        assertThat(new JdbiFleetStore(house.database).all())
                .hasSize(3)
                .allSatisfy(device -> assertThat(device.reported().getAssignmentsList())
                        .singleElement()
                        .satisfies(a -> assertThat(a.getState()).isEqualTo(LifecycleState.LIFECYCLE_STATE_COMMITTED)));
    }

    @Test
    void a_failing_canary_halts_the_rollout_and_nobody_else_is_touched() {
        house.devices(5).version("v1");
        house.devices.values().forEach(d -> d.behaves(Behaviour.FAILS));
        var halted = house.now(house.engine.create(request(CANARY_THEN_ALL, GatePolicy.DEFAULT)));
        assertThat(halted.rollout().state()).isEqualTo(RolloutState.HALTED);
        assertThat(halted.rollout().reason()).contains("1 of 1 devices failed");
        assertThat(house.published).hasSize(1);
        assertThat(halted.targets())
                .filteredOn(t -> t.state() == TargetState.FAILED)
                .singleElement()
                .satisfies(t -> assertThat(t.error()).contains("PARITY: told to fail"));
    }

    @Test
    void a_resume_after_a_halt_accepts_the_failures_so_far_and_goes_on() {
        house.devices(3).version("v1");
        house.device(1).behaves(Behaviour.FAILS);
        var halted = house.engine.create(request(CANARY_THEN_ALL, GatePolicy.DEFAULT));
        assertThat(house.now(halted).rollout().state()).isEqualTo(RolloutState.HALTED);
        var done = house.engine.resume(halted.rollout().id(), "ada");
        assertThat(house.now(done).rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
        assertThat(house.now(done).history())
                .anyMatch(h -> h.who().equals("ada") && h.words().contains("resumed"));
    }

    @Test
    void failures_up_to_the_ratio_do_not_stop_a_wave() {
        house.devices(10).version("v1");
        house.device(3).behaves(Behaviour.FAILS);
        house.device(4).behaves(Behaviour.ROLLS_BACK);
        var done = house.engine.create(request(List.of(WaveSpec.ofPercent(100)), GatePolicy.failures(0.2)));
        assertThat(house.now(done).rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
    }

    @Test
    void too_little_success_stops_between_waves() {
        house.devices(4).version("v1");
        house.device(1).behaves(Behaviour.FAILS);
        var gates = GatePolicy.DEFAULT.withFailures(0.5, 0.9);
        var halted = house.engine.create(request(List.of(WaveSpec.ofCount(2), WaveSpec.ofCount(2)), gates));
        assertThat(house.now(halted).rollout().state()).isEqualTo(RolloutState.HALTED);
        assertThat(house.now(halted).rollout().reason()).contains("1 of 2 devices committed", "90.0 %");
    }

    @Test
    void silence_counts_as_failure_after_the_deadline_and_speech_takes_it_back() {
        house.devices(2).version("v1");
        house.device(1).behaves(Behaviour.SILENT);
        var rollout = house.engine.create(request(CANARY_THEN_ALL, GatePolicy.DEFAULT));
        assertThat(house.now(rollout).targets().get(0).state()).isEqualTo(TargetState.OFFERED);
        house.passes(Duration.ofMinutes(9));
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.RUNNING);
        house.passes(Duration.ofMinutes(2));
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.HALTED);
        var target = house.now(rollout).targets().get(0);
        assertThat(target.state()).isEqualTo(TargetState.SILENT);
        assertThat(target.error()).hasValueSatisfying(e -> assertThat(e).contains("DEADLINE", "OFFERED", "600 s"));
    }

    @Test
    void a_slow_link_that_moves_is_not_silence() {
        house.devices(1).version("v1");
        house.device(1).behaves(Behaviour.STAYS_WATCHING);
        var rollout = house.engine.create(request(List.of(), GatePolicy.DEFAULT));
        house.passes(Duration.ofMinutes(5));
        assertThat(house.now(rollout).targets().get(0).state()).isEqualTo(TargetState.WATCHING);
        house.device(1).says(MODEL.value(), UpdateState.COMMITTED, true);
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
    }

    @Test
    void a_breach_reverts_all_to_what_they_had_by_itself() {
        house.devices(4);
        var v1 = house.version("v1");
        house.engine.create(request(List.of(WaveSpec.ofPercent(100)), GatePolicy.DEFAULT));
        house.version("v2");
        house.device(3).behaves(Behaviour.ROLLS_BACK);
        house.device(4).behaves(Behaviour.FAILS);
        var gates = GatePolicy.failures(0.25).onBreach(OnBreach.REVERT, Scope.ROLLOUT);
        var reverted = house.engine.create(request(List.of(WaveSpec.ofPercent(100)), gates));
        assertThat(house.now(reverted).rollout().state()).isEqualTo(RolloutState.REVERTED);
        assertThat(house.now(reverted).targets()).extracting(Target::state).containsOnly(TargetState.REVERTED);
        for (int i = 1; i <= 4; i++) {
            assertThat(house.activeOn(i)).isEqualTo(v1.digest());
        }
        assertThat(house.now(reverted).history())
                .anyMatch(h -> h.kind().equals("verdict") && h.words().contains("2 of 4 devices failed"));
    }

    @Test
    void a_device_that_returns_after_the_revert_does_not_pass_through_the_bad_variant() {
        house.devices(3);
        var v1 = house.version("v1");
        house.engine.create(request(List.of(WaveSpec.ofPercent(100)), GatePolicy.DEFAULT));
        var v2 = house.version("v2");
        house.device(3).disconnects();
        house.device(1).behaves(Behaviour.FAILS);
        house.device(2).behaves(Behaviour.FAILS);
        var gates = GatePolicy.failures(0.4).onBreach(OnBreach.REVERT, Scope.ROLLOUT);
        var reverting = house.engine.create(request(List.of(WaveSpec.ofPercent(100)), gates));
        assertThat(house.now(reverting).rollout().state()).isEqualTo(RolloutState.REVERTING);
        house.passes(Duration.ofMinutes(21));
        assertThat(house.now(reverting).rollout().state()).isEqualTo(RolloutState.REVERTED);
        assertThat(house.now(reverting).counts()).containsEntry(TargetState.UNREACHED, 1L);

        house.device(3).connects();
        assertThat(house.activeOn(3)).isEqualTo(v1.digest());
        assertThat(house.device(3).received())
                .noneMatch(d -> d.getAssignments(0)
                        .getManifest()
                        .getPayload()
                        .equals(v2.signed().getPayload()));
    }

    @Test
    void an_operator_reverts_a_finished_rollout() {
        house.devices(2);
        var v1 = house.version("v1");
        house.engine.create(request(List.of(), GatePolicy.DEFAULT));
        var v2 = house.version("v2");
        var second = house.engine.create(request(List.of(), GatePolicy.DEFAULT));
        assertThat(house.activeOn(1)).isEqualTo(v2.digest());
        var reverted = house.engine.abort(second.rollout().id(), true, "ada");
        assertThat(house.now(reverted).rollout().state()).isEqualTo(RolloutState.REVERTED);
        assertThat(house.activeOn(1)).isEqualTo(v1.digest());
        assertThat(house.activeOn(2)).isEqualTo(v1.digest());
    }

    @Test
    void a_revert_with_no_previous_variant_is_refused_in_words() {
        house.devices(2).version("v1");
        var first = house.engine.create(request(List.of(), GatePolicy.DEFAULT));
        assertThatThrownBy(() -> house.engine.abort(first.rollout().id(), true, "ada"))
                .isInstanceOf(EdgewrightException.class)
                .hasMessageContaining("nothing to go back to");
    }

    @Test
    void an_automatic_revert_of_a_first_variant_takes_the_offer_back_and_keeps_what_serves() {
        house.devices(3).version("v1");
        house.device(1).behaves(Behaviour.COMMITS);
        house.device(2).behaves(Behaviour.FAILS);
        house.device(3).behaves(Behaviour.SILENT);
        var gates = GatePolicy.failures(0.2).onBreach(OnBreach.REVERT, Scope.ROLLOUT);
        var rollout = house.engine.create(request(List.of(WaveSpec.ofPercent(100)), gates));
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.REVERTING);
        assertThat(house.now(rollout).counts())
                .containsEntry(TargetState.KEPT, 1L)
                .containsEntry(TargetState.REVERTED, 1L);
        var told = house.device(3).received();
        var last = told.get(told.size() - 1).getAssignments(0);
        assertThat(last.getRemove()).isTrue();
    }

    @Test
    void pause_offers_nothing_more_and_resume_goes_on() {
        house.devices(3).version("v1");
        house.device(1).behaves(Behaviour.STAYS_WATCHING);
        var rollout = house.engine.create(request(CANARY_THEN_ALL, GatePolicy.DEFAULT));
        house.engine.pause(rollout.rollout().id(), "ada");
        house.device(1).says(MODEL.value(), UpdateState.COMMITTED, true);
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.PAUSED);
        assertThat(house.published).hasSize(1);
        house.engine.resume(rollout.rollout().id(), "ada");
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
    }

    @Test
    void what_means_nothing_in_a_state_is_refused_with_what_is_possible() {
        house.devices(1).version("v1");
        var done = house.engine.create(request(List.of(), GatePolicy.DEFAULT));
        assertThatThrownBy(() -> house.engine.pause(done.rollout().id(), "ada"))
                .hasMessageContaining("SUCCEEDED")
                .hasMessageContaining("[REVERT]");
    }

    @Test
    void an_abort_keeps_what_devices_have_and_frees_them() {
        house.devices(3).version("v1");
        house.device(1).behaves(Behaviour.STAYS_WATCHING);
        var rollout = house.engine.create(request(CANARY_THEN_ALL, GatePolicy.DEFAULT));
        var aborted = house.engine.abort(rollout.rollout().id(), false, "ada");
        assertThat(aborted.rollout().state()).isEqualTo(RolloutState.ABORTED);
        assertThat(aborted.rollout().waves()).extracting(Wave::state).containsOnly(WaveState.STOPPED);
        house.device(1).behaves(Behaviour.COMMITS);
        var again = house.engine.create(request(CANARY_THEN_ALL, GatePolicy.DEFAULT));
        assertThat(house.now(again).rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
    }

    @Test
    void a_named_wave_waits_for_approval() {
        house.devices(2).version("v1");
        var rollout = house.engine.create(
                request(List.of(WaveSpec.ofCount(1), WaveSpec.ofPercent(100).afterApproval()), GatePolicy.DEFAULT));
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.AWAITING_APPROVAL);
        assertThat(house.published).hasSize(1);
        house.engine.approve(rollout.rollout().id(), "grace");
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
        assertThat(house.now(rollout).rollout().waves().get(1).approvedBy()).contains("grace");
    }

    @Test
    void a_rollout_starts_at_its_time_and_offers_only_in_the_window_of_the_device() {
        house.devices(2).version("v1");
        house.fleet.setLabels(house.device(2).id(), java.util.Map.of("timezone", "Asia/Tokyo"));
        // 10:00 UTC is 19:00 in Tokyo; the window opens at 19:00 local time.
        var window = MaintenanceWindow.daily(LocalTime.of(19, 0), LocalTime.of(20, 30), ZoneId.of("UTC"));
        var pace = new Pace(
                0,
                0,
                Duration.ZERO,
                Duration.ofMinutes(10),
                Duration.ofMinutes(10),
                Optional.of(Instant.parse("2026-03-02T10:05:00Z")),
                Optional.of(window));
        var rollout = house.engine.create(paced(request(List.of(WaveSpec.ofPercent(100)), GatePolicy.DEFAULT), pace));
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.SCHEDULED);
        house.passes(Duration.ofMinutes(6));
        assertThat(house.published).containsExactly("cam-02 1");
        house.passes(Duration.ofHours(9));
        assertThat(house.published).containsExactly("cam-02 1", "cam-01 1");
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
    }

    @Test
    void gates_look_on_for_the_soak_time() {
        house.devices(2).version("v1");
        var pace = new Pace(
                0,
                0,
                Duration.ofMinutes(5),
                Duration.ofMinutes(10),
                Duration.ofMinutes(10),
                Optional.empty(),
                Optional.empty());
        var rollout = house.engine.create(paced(request(CANARY_THEN_ALL, GatePolicy.DEFAULT), pace));
        assertThat(house.now(rollout).rollout().waves().get(0).state()).isEqualTo(WaveState.SOAKING);
        house.passes(Duration.ofMinutes(1));
        house.device(1).says(MODEL.value(), UpdateState.ROLLED_BACK, false);
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.HALTED);
        assertThat(house.published).hasSize(1);
    }

    @Test
    void a_second_rollout_of_the_same_devices_is_refused_with_the_name_of_the_first() {
        house.devices(2).version("v1");
        house.device(1).behaves(Behaviour.STAYS_WATCHING);
        house.engine.create(request(CANARY_THEN_ALL, GatePolicy.DEFAULT));
        assertThatThrownBy(() -> house.engine.create(request(CANARY_THEN_ALL, GatePolicy.DEFAULT)))
                .hasMessageContaining("ro-1")
                .hasMessageContaining("priority above 0");
    }

    @Test
    void a_rollout_of_higher_priority_takes_the_devices() {
        house.devices(2).version("v1");
        house.device(1).behaves(Behaviour.STAYS_WATCHING);
        var first = house.engine.create(request(CANARY_THEN_ALL, GatePolicy.DEFAULT));
        house.device(1).behaves(Behaviour.COMMITS);
        house.version("v2");
        var second = house.engine.create(prioritised(request(CANARY_THEN_ALL, GatePolicy.DEFAULT), 5));
        assertThat(house.now(second).rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
        assertThat(house.now(first).targets()).extracting(Target::state).containsOnly(TargetState.SUPERSEDED);
        house.passes(Duration.ofSeconds(1));
        assertThat(house.now(first).rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
    }

    @Test
    void desired_sequences_only_grow_also_when_the_database_is_younger_than_the_device() {
        house.devices(1).version("v1");
        house.engine.create(request(List.of(), GatePolicy.DEFAULT));
        house.version("v2");
        house.engine.create(request(List.of(), GatePolicy.DEFAULT));
        assertThat(house.published).containsExactly("cam-01 1", "cam-01 2");
    }

    @Test
    void a_kill_between_persisting_and_publishing_loses_no_offer() {
        house.devices(3).version("v1");
        house.linkDown(true);
        var rollout = house.engine.create(request(List.of(WaveSpec.ofPercent(100)), GatePolicy.DEFAULT));
        assertThat(house.now(rollout).targets()).extracting(Target::state).containsOnly(TargetState.OFFERED);
        house.restart().linkDown(false);
        assertThat(house.published).isEmpty();
        house.engine.tick();
        assertThat(house.published).hasSize(3);
        assertThat(house.devices.values())
                .allSatisfy(d -> assertThat(d.received()).hasSize(1));
    }

    @Test
    void late_events_are_counted_and_change_nothing() {
        house.devices(2).version("v1");
        house.device(2).behaves(Behaviour.STAYS_WATCHING);
        var rollout = house.engine.create(request(List.of(WaveSpec.ofPercent(100)), GatePolicy.DEFAULT));
        long before = house.engine.lateReports();
        house.device(1).connects();
        assertThat(house.engine.lateReports()).isGreaterThan(before);
        assertThat(house.now(rollout).targets())
                .filteredOn(t -> t.state() == TargetState.COMMITTED)
                .hasSize(1);
    }
}
