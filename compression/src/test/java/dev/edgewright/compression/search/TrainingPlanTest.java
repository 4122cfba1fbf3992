package dev.edgewright.compression.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.edgewright.compression.recipe.Recipe;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a front is worth, with no technique on the class path that trains. */
class TrainingPlanTest {

    private static final TrainingPlan.Known ORIGINAL = new TrainingPlan.Known(Optional.empty(), 1, 0);

    private static TrainingPlan.Known known(double time, double loss) {
        return new TrainingPlan.Known(Optional.of(Recipe.named("int8-static")), time, loss);
    }

    @Test
    void aFrontIsWorthTheSpeedWithinEachAcceptedLoss() {
        assertThat(TrainingPlan.worth(List.of(ORIGINAL), null)).isZero();
        // Half the time at no loss counts in all five places, at 1.5 points only in the two that accept it.
        assertThat(TrainingPlan.worth(List.of(ORIGINAL, known(0.5, 0)), null)).isCloseTo(5 * Math.log(2), within(1e-9));
        assertThat(TrainingPlan.worth(List.of(ORIGINAL, known(0.5, 0.015)), null))
                .isCloseTo(2 * Math.log(2), within(1e-9));
        // What another candidate beats adds nothing.
        assertThat(TrainingPlan.worth(List.of(ORIGINAL, known(0.5, 0)), known(0.6, 0)))
                .isCloseTo(5 * Math.log(2), within(1e-9));
    }

    @Test
    void withoutATechniqueThatTrainsThereIsNothingToPlan() {
        TrainingPlan plan = TrainingPlan.of(1);
        assertThat(plan.isEmpty()).isTrue();
        assertThat(plan.next(List.of(ORIGINAL), Duration.ofHours(1))).isEmpty();
    }
}
