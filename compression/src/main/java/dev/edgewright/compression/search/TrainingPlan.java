package dev.edgewright.compression.search;

import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.recipe.Recipe.Step;
import dev.edgewright.compression.recipe.StepParameters;
import dev.edgewright.compression.recipe.Technique;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which training to spend the rest of a budget on: the one that is expected to better the front most for each second.
 *
 * <p>A front is worth, for every loss that someone may accept (0.25, 0.5, 1, 2, 3 points), the logarithm of how much faster the fastest
 * candidate within that loss is. What a recipe would add is guessed from what was measured without training: the time from the best int8
 * candidate and the share of the multiply-adds that stays; the loss from the candidate that the recipe would train back, of which training
 * is taken to recover {@value #RECOVERED}. What it costs is its number of epochs times the time of one, taken from the speed of inference
 * at first, and from the trainings themselves once there are some.
 */
public final class TrainingPlan {

    private static final double[] LOSSES = {0.0025, 0.005, 0.01, 0.02, 0.03};
    /** Of the loss that a method has without training. */
    private static final double RECOVERED = 0.7;
    /** A step forward, a step backward that costs two, and the teacher's step forward. */
    private static final double PASSES = 4;
    /** What a recipe is worth at least, so that a budget is not left because a guess was low. */
    private static final double CURIOSITY = 0.01;
    /** The loss of a network that keeps none of its multiply-adds, without training; linear in between. */
    private static final double LOSS_OF_ALL = 0.15;

    /**
     * What is known of a candidate.
     *
     * @param recipe what made it; empty for the original
     * @param time relative to the original
     * @param loss of the metric against the original
     */
    public record Known(Optional<Recipe> recipe, double time, double loss) {}

    /**
     * A recipe to try.
     *
     * @param expected how long it will take
     * @param why in words
     */
    public record Choice(Recipe recipe, Duration expected, String why) {}

    private final List<Recipe> untried;
    private final double inferenceSeconds;
    private double measuredSeconds;
    private double measuredEpochs;

    private TrainingPlan(List<Recipe> recipes, double inferenceSeconds) {
        this.untried = new ArrayList<>(recipes);
        this.inferenceSeconds = inferenceSeconds;
    }

    /**
     * A plan over the named recipes that train, and some with fewer channels.
     *
     * @param inferenceSeconds what one run over all training samples would take the original, in inference
     */
    public static TrainingPlan of(double inferenceSeconds) {
        List<Recipe> recipes = new ArrayList<>();
        Recipe.names().stream().map(Recipe::named).filter(Recipe::trains).forEach(recipes::add);
        Map<String, Technique> techniques = Recipe.techniques();
        if (techniques.containsKey("fine-tune")) {
            for (double macs : new double[] {0.7, 0.35}) {
                recipes.add(new Recipe(
                        "prune-" + Math.round(100 * (1 - macs)) + "-train-int8",
                        List.of(
                                Step.of("prune", Map.of("macs", macs)),
                                Step.of("fine-tune", Map.of()),
                                Step.of("int8-static", Map.of()))));
            }
        }
        return new TrainingPlan(recipes, inferenceSeconds);
    }

    /** Whether there is anything to train with. */
    public boolean isEmpty() {
        return untried.isEmpty();
    }

    /** Recipes that need no plan, such as those that were trained before; they are not proposed again. */
    public List<Recipe> take(Predicate<Recipe> which) {
        List<Recipe> taken = untried.stream().filter(which).toList();
        untried.removeAll(taken);
        return taken;
    }

    /** The recipe that is worth most for its time among those that fit into what is left; it is not proposed again. */
    public Optional<Choice> next(List<Known> known, Duration left) {
        Choice best = null;
        double bestRate = 0;
        for (Recipe recipe : untried) {
            double seconds = seconds(recipe);
            if (seconds > left.toMillis() / 1000.0) {
                continue;
            }
            Known guess = guess(recipe, known);
            double gain = Math.max(worth(known, guess) - worth(known, null), CURIOSITY);
            if (gain / seconds > bestRate) {
                bestRate = gain / seconds;
                best = new Choice(
                        recipe,
                        Duration.ofMillis(Math.round(1000 * seconds)),
                        String.format(
                                Locale.ROOT,
                                "about %.0f s, expected to take %.2f of the original's time and to lose %.2f points",
                                seconds,
                                guess.time(),
                                100 * guess.loss()));
            }
        }
        if (best != null) {
            untried.remove(best.recipe());
        }
        return Optional.ofNullable(best);
    }

    /** What was left out because it did not fit, with the time that it would have needed. */
    public List<String> leftOut(Duration left) {
        return untried.stream()
                .map(recipe -> recipe.name() + ": not tried, its training needs about " + Math.round(seconds(recipe))
                        + " s, and " + Math.max(0, left.toSeconds()) + " s are left")
                .toList();
    }

    /** Notes how long a recipe took, so that the next are foretold better. */
    public void took(Recipe recipe, Duration time) {
        measuredSeconds += time.toMillis() / 1000.0;
        measuredEpochs += epochs(recipe);
    }

    private double seconds(Recipe recipe) {
        double epoch = measuredEpochs > 0 ? measuredSeconds / measuredEpochs : PASSES * inferenceSeconds;
        return Math.max(0.001, epochs(recipe) * epoch);
    }

    /** Epochs of a recipe, those behind a cut counted by the work that is left. */
    static double epochs(Recipe recipe) {
        double sum = 0;
        double share = 1;
        for (Step step : recipe.steps()) {
            share *= share(step);
            Technique technique = Recipe.techniques().get(step.technique());
            sum += technique.epochs(step.parameters()) * (0.3 + 0.7 * share);
        }
        return sum;
    }

    /** The share of the multiply-adds that a step leaves. */
    private static double share(Step step) {
        StepParameters parameters = step.parameters();
        return switch (step.technique()) {
            case "prune", "low-rank" -> parameters.number("macs", 0.7);
            case "prune-train" -> parameters.number("macs", 0.5);
            case "distil" -> Math.pow(parameters.number("width", 0.5), 2);
            default -> 1;
        };
    }

    private static double share(Recipe recipe) {
        return recipe.steps().stream().mapToDouble(TrainingPlan::share).reduce(1, (a, b) -> a * b);
    }

    private static boolean quantizes(Recipe recipe) {
        return recipe.steps().stream()
                .anyMatch(step -> step.technique().equals("int8-static")
                        || step.technique().equals("qat"));
    }

    private static Known guess(Recipe recipe, List<Known> known) {
        double share = share(recipe);
        Known int8 = closest(known, 1, true);
        double whole = quantizes(recipe) ? (int8 == null ? 0.6 : int8.time()) : 1;
        Known alike = closest(known, share, quantizes(recipe));
        double untrained = alike == null
                ? LOSS_OF_ALL * (1 - share)
                : Math.max(0, alike.loss())
                        + LOSS_OF_ALL * Math.max(0, share(alike.recipe().orElseThrow()) - share);
        for (Step step : recipe.steps()) {
            // A bit less doubles the step of the codes.
            untrained += step.technique().equals("qat")
                    ? 0.02 * (8 - step.parameters().integer("bits", 8))
                    : 0;
        }
        return new Known(Optional.of(recipe), whole * (0.2 + 0.8 * share), (1 - RECOVERED) * untrained);
    }

    /** The candidate made without training whose share of multiply-adds is nearest. */
    private static Known closest(List<Known> known, double share, boolean quantized) {
        Known best = null;
        double distance = Double.POSITIVE_INFINITY;
        for (Known one : known) {
            if (one.recipe().isEmpty()
                    || one.recipe().get().trains()
                    || quantizes(one.recipe().get()) != quantized) {
                continue;
            }
            double off = Math.abs(share(one.recipe().get()) - share);
            if (off < distance || off == distance && one.time() < best.time()) {
                distance = off;
                best = one;
            }
        }
        return best;
    }

    /** What a front is worth with one more candidate, or without. */
    static double worth(List<Known> known, Known more) {
        double sum = 0;
        for (double accepted : LOSSES) {
            double fastest = 1;
            for (Known one : known) {
                fastest = one.loss() <= accepted ? Math.min(fastest, one.time()) : fastest;
            }
            fastest = more != null && more.loss() <= accepted ? Math.min(fastest, more.time()) : fastest;
            sum += Math.log(1 / Math.max(fastest, 1e-3));
        }
        return sum;
    }
}
