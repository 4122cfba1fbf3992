package dev.edgewright.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.common.id.RolloutId;
import dev.edgewright.controller.rollout.GatePolicy.OnBreach;
import dev.edgewright.controller.rollout.GatePolicy.Scope;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** What holds of a decision whatever the facts. */
class RolloutDeciderPropertyTest {

    private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");

    private static Rollout rollout(RolloutState state, WaveState wave, GatePolicy gates, int tolerated) {
        var waves = new ArrayList<Wave>();
        waves.add(new Wave(0, wave, 10, false, Optional.empty(), Optional.of(NOW), Optional.of(NOW), Optional.empty()));
        waves.add(Wave.planned(1, 10, false));
        return new Rollout(
                RolloutId.of("ro"),
                RolloutFixture.request(List.of(), gates),
                state,
                "why",
                waves,
                tolerated,
                Set.of(),
                NOW,
                NOW,
                0,
                Verdicts.NONE);
    }

    private static WaveFacts facts(int planned, int inFlight, int committed, int failed) {
        int all = planned + inFlight + committed + failed;
        return new WaveFacts(planned, planned, 0, inFlight, committed, failed, all, failed, 0, List.of(), NOW);
    }

    @Property(tries = 2000)
    void the_same_question_has_the_same_answer_and_a_reason(
            @ForAll RolloutState state,
            @ForAll WaveState wave,
            @ForAll @IntRange(max = 20) int planned,
            @ForAll @IntRange(max = 20) int inFlight,
            @ForAll @IntRange(max = 20) int committed,
            @ForAll @IntRange(max = 20) int failed,
            @ForAll @DoubleRange(min = 0, max = 1) double ratio) {
        var rollout = rollout(state, wave, GatePolicy.failures(ratio), 0);
        var facts = facts(planned, inFlight, committed, failed);
        var decision = RolloutDecider.decide(rollout, facts);
        assertThat(decision).isEqualTo(RolloutDecider.decide(rollout, facts));
        assertThat(decision.why()).isNotBlank();
    }

    @Property(tries = 2000)
    void nothing_is_offered_or_begun_while_more_failed_than_may(
            @ForAll RolloutState state,
            @ForAll WaveState wave,
            @ForAll @IntRange(max = 20) int planned,
            @ForAll @IntRange(max = 20) int inFlight,
            @ForAll @IntRange(max = 20) int committed,
            @ForAll @IntRange(min = 1, max = 20) int failed,
            @ForAll @DoubleRange(min = 0, max = 1) double ratio) {
        var facts = facts(planned, inFlight, committed, failed);
        var gates = GatePolicy.failures(ratio);
        boolean broken = failed > ratio * facts.counted() + 1e-9;
        var decision = RolloutDecider.decide(rollout(state, wave, gates, 0), facts);
        if (broken) {
            assertThat(decision)
                    .isNotInstanceOfAny(
                            Decision.Offer.class,
                            Decision.StartWave.class,
                            Decision.FinishWave.class,
                            Decision.Finish.class);
        }
        if (broken && state == RolloutState.RUNNING) {
            assertThat(decision).isInstanceOf(Decision.Stop.class);
        }
    }

    @Property(tries = 500)
    void accepted_failures_do_not_stop_it_again(
            @ForAll @IntRange(max = 20) int committed, @ForAll @IntRange(min = 1, max = 20) int failed) {
        var decision = RolloutDecider.decide(
                rollout(RolloutState.RUNNING, WaveState.RUNNING, GatePolicy.failures(0), failed),
                facts(0, 0, committed, failed));
        assertThat(decision).isInstanceOf(Decision.Settle.class);
    }

    @Property(tries = 500)
    void ended_and_held_rollouts_do_nothing_by_themselves(
            @ForAll WaveState wave, @ForAll @IntRange(max = 20) int planned, @ForAll @IntRange(max = 20) int failed) {
        for (RolloutState state :
                List.of(RolloutState.HALTED, RolloutState.ABORTED, RolloutState.REVERTED, RolloutState.SUCCEEDED)) {
            var gates = GatePolicy.failures(0).onBreach(OnBreach.REVERT, Scope.ROLLOUT);
            assertThat(RolloutDecider.decide(rollout(state, wave, gates, 0), facts(planned, 0, 0, failed)))
                    .isInstanceOf(Decision.Wait.class);
        }
    }

    @Property(tries = 500)
    void wave_sizes_cover_every_device_once(
            @ForAll @IntRange(min = 1, max = 5000) int devices,
            @ForAll @IntRange(min = 1, max = 9) int parts,
            @ForAll @IntRange(max = 50) int canary) {
        var specs = new ArrayList<WaveSpec>();
        if (canary > 0 && canary <= devices) {
            specs.add(WaveSpec.ofCount(canary));
        }
        for (int i = 0; i < parts; i++) {
            specs.add(WaveSpec.ofPercent(100.0 / parts));
        }
        int[] sizes = WavePlanner.sizes(specs, devices).stream()
                .mapToInt(WavePlanner.Size::devices)
                .toArray();
        assertThat(java.util.Arrays.stream(sizes).sum()).isEqualTo(devices);
        assertThat(java.util.Arrays.stream(sizes).min().getAsInt()).isGreaterThanOrEqualTo(0);
    }
}
