package dev.edgewright.compression.search;

import dev.edgewright.compression.recipe.Recipe;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * What candidates of a search took so far, to tell whether another one still fits into the budget. Recipes with the same techniques take
 * about as long; one whose techniques were not tried yet is taken to last as long as the longest so far.
 */
public final class Spending {

    private final Map<String, Duration> longest = new LinkedHashMap<>();

    /** Notes what a recipe took. */
    public void took(Recipe recipe, Duration time) {
        longest.merge(kind(recipe), time, (a, b) -> a.compareTo(b) > 0 ? a : b);
    }

    /** What this recipe will take, nothing while nothing was tried. */
    public Duration expected(Recipe recipe) {
        Duration known = longest.get(kind(recipe));
        return known != null
                ? known
                : longest.values().stream().max(Duration::compareTo).orElse(Duration.ZERO);
    }

    private static String kind(Recipe recipe) {
        TreeSet<String> techniques = new TreeSet<>();
        recipe.steps().forEach(step -> techniques.add(step.technique()));
        return techniques.toString();
    }
}
