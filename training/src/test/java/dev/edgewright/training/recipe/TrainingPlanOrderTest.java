package dev.edgewright.training.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.search.TrainingPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The order in which a search would spend a budget on training, from what it measured before. */
class TrainingPlanOrderTest {

    private static final TrainingPlan.Known ORIGINAL = new TrainingPlan.Known(Optional.empty(), 1, 0);

    private static TrainingPlan.Known known(String recipe, double time, double loss) {
        return new TrainingPlan.Known(Optional.of(Recipe.named(recipe)), time, loss);
    }

    private static List<String> order(Duration left, TrainingPlan.Known... known) {
        TrainingPlan plan = TrainingPlan.of(10);
        List<String> order = new ArrayList<>();
        for (Optional<TrainingPlan.Choice> next = plan.next(List.of(known), left);
                next.isPresent();
                next = plan.next(List.of(known), left)) {
            order.add(next.get().recipe().name());
        }
        return order;
    }

    @Test
    void whereInt8LosesMuchItsRoundingIsTrainedFirst() {
        List<String> order =
                order(Duration.ofHours(9), ORIGINAL, known("int8-static", 0.5, 0.025), known("prune-int8", 0.49, 0.2));
        assertThat(order.get(0)).isEqualTo("qat-int8");
    }

    @Test
    void whereInt8LosesNothingItsRoundingIsTrainedLate() {
        List<String> order =
                order(Duration.ofHours(9), ORIGINAL, known("int8-static", 0.5, 0), known("prune-int8", 0.4, 0.01));
        assertThat(order).hasSize(8);
        assertThat(order.indexOf("qat-int8")).isGreaterThan(order.indexOf("prune-30-train-int8"));
    }

    @Test
    void whatDoesNotFitIsLeftOutWithTheTimeThatItNeeds() {
        TrainingPlan plan = TrainingPlan.of(10);
        assertThat(plan.next(List.of(ORIGINAL), Duration.ofSeconds(60))).isEmpty();
        assertThat(plan.leftOut(Duration.ofSeconds(60)))
                .anyMatch(line -> line.startsWith("distil-int8: not tried, its training needs about ")
                        && line.endsWith("and 60 s are left"));
    }

    @Test
    void theTimeOfAnEpochIsThatOfTheTrainingsOnceThereAreSome() {
        TrainingPlan plan = TrainingPlan.of(10);
        Recipe first = Recipe.named("qat-int8");
        plan.took(first, Duration.ofSeconds(4));
        // Two epochs through fake quantisation, an epoch of which counts twice, took 4 s.
        assertThat(plan.leftOut(Duration.ZERO))
                .anyMatch(line -> line.startsWith("qat-4bit: not tried, its training needs about 4 s"));
    }
}
