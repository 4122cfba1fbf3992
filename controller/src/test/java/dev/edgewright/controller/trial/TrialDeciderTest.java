package dev.edgewright.controller.trial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.TrialPhase;
import dev.edgewright.common.protocol.v1.TrialResult;
import dev.edgewright.controller.selection.Requirement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What was measured of some says something of others. */
class TrialDeciderTest {

    private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");
    private static final DeviceId CAM = DeviceId.of("cam-1");
    private static final Digest INT8 = Digest.of(new byte[] {1});
    private static final Digest PRUNED_INT8 = Digest.of(new byte[] {2});
    private static final Digest PRUNED = Digest.of(new byte[] {3});

    private static Trial trial(int round) {
        return new Trial(
                "tr-1",
                ModelName.of("clothes"),
                "1",
                "class",
                Requirement.of(OptionalDouble.empty(), OptionalDouble.empty()),
                TrialPolicy.DEFAULT,
                List.of(CAM),
                round,
                List.of(INT8, PRUNED_INT8),
                Set.of(),
                Trial.State.RUNNING,
                List.of("begun"),
                0,
                NOW,
                NOW.plus(Duration.ofMinutes(5)));
    }

    private static TrialDecider.Decision decide(
            int round, Instant now, Function<HalvingSchedule.Contender, List<Digest>> newcomers) {
        var results = List.of(INT8, PRUNED_INT8).stream()
                .map(d -> TrialResult.newBuilder()
                        .setManifest(d.toByteString())
                        .setRound(round)
                        .setPhase(TrialPhase.TRIAL_PHASE_MEASURED)
                        .build())
                .toList();
        return TrialDecider.decide(
                trial(round),
                Map.of(CAM, results),
                now,
                d -> Optional.of(new HalvingSchedule.Contender(
                        d, d.equals(INT8) ? 2 : 1, d.equals(INT8) ? 1.99 : 0.99, d.equals(INT8) ? 2.01 : 1.01, false)),
                newcomers);
    }

    @Test
    void one_that_now_looks_better_than_the_best_measured_joins_beside_it() {
        assertThat(decide(1, NOW, best -> best.manifest().equals(PRUNED_INT8) ? List.of(PRUNED) : List.of()))
                .isInstanceOfSatisfying(
                        TrialDecider.NextRound.class,
                        next -> assertThat(next.candidates()).containsExactly(PRUNED_INT8, PRUNED));
    }

    @Test
    void nobody_joins_after_the_last_round_or_too_late_and_without_anybody_it_is_decided() {
        assertThat(decide(3, NOW, best -> List.of(PRUNED))).isInstanceOf(TrialDecider.Finish.class);
        assertThat(decide(1, NOW.plus(Duration.ofMinutes(6)), best -> List.of(PRUNED)))
                .isInstanceOf(TrialDecider.Finish.class);
        assertThat(decide(1, NOW, best -> List.of())).isInstanceOf(TrialDecider.Finish.class);
    }
}
