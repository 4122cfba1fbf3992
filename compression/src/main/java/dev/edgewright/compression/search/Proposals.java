package dev.edgewright.compression.search;

import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.recipe.Recipe.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Which recipes a search tries, the most promising first: int8, the other named ones, variations of int8, mixed precision, smaller networks. */
public final class Proposals {

    private static final double[] SMALLER = {0.85, 0.55, 0.4};

    private final Map<String, Object> always;

    private Proposals(Map<String, Object> always) {
        this.always = always;
    }

    /** @param target the instruction set to make files for: {@code avx2} asks every int8 recipe for weights that cannot saturate */
    public static Proposals of(Optional<String> target) {
        return new Proposals(target.filter("avx2"::equals).isPresent() ? Map.of("target", "avx2") : Map.of());
    }

    /** What needs no decision: clean-up and static int8, the likely winner. Without data these are all, because nothing would say what others cost. */
    public List<Recipe> first() {
        return List.of(Recipe.named("fp32"), Recipe.named(always.isEmpty() ? "int8-static" : "int8-static-avx2"));
    }

    /** The other named recipes that train nothing: a search whose front is to be at least as good as theirs has to try them. */
    public List<Recipe> named() {
        List<Recipe> first = first();
        return Recipe.names().stream()
                .map(Recipe::named)
                .filter(recipe -> !first.contains(recipe) && !recipe.trains())
                .toList();
    }

    /** Static int8 with the other calibrators, and with weights of 7 bits. */
    public List<Recipe> variations() {
        List<Recipe> recipes = new ArrayList<>();
        if (!always.isEmpty()) {
            recipes.add(int8("int8-static-avx2-rounded", Map.of("rounding", "learned")));
        }
        for (String calibrator : List.of("min-max", "percentile", "entropy")) {
            recipes.add(int8("int8-static-" + calibrator, Map.of("calibrator", calibrator)));
        }
        recipes.add(int8("int8-static-7bit", Map.of("weight-bits", 7)));
        return recipes;
    }

    /** Mixed precision: the losers as floats, and then one, two, four, ... of the most sensitive layers too. */
    public List<Recipe> mixed(LayerStudy study) {
        List<Recipe> recipes = new ArrayList<>();
        TreeSet<String> keep = new TreeSet<>(study.losers());
        if (!keep.isEmpty()) {
            recipes.add(int8("int8-mixed-fast", Map.of("keep-float", List.copyOf(keep))));
        }
        List<String> sensitive = study.sensitive();
        for (int count = 1; count <= sensitive.size() / 2; count *= 2) {
            keep.addAll(sensitive.subList(0, count));
            recipes.add(int8("int8-mixed-" + count, Map.of("keep-float", List.copyOf(keep))));
        }
        return recipes;
    }

    /** Fewer channels and then int8, from little to much; the search stops down this list where the loss is too large. */
    public List<Recipe> smaller() {
        List<Recipe> recipes = new ArrayList<>();
        for (double macs : SMALLER) {
            String name = "prune-" + Math.round(100 * (1 - macs));
            Step prune = Step.of("prune", Map.of("macs", macs));
            recipes.add(new Recipe(name + "-int8", List.of(prune, Step.of("int8-static", always))));
        }
        recipes.add(
                new Recipe("low-rank-int8", List.of(Step.of("low-rank", Map.of()), Step.of("int8-static", always))));
        return recipes;
    }

    private Recipe int8(String name, Map<String, Object> parameters) {
        Map<String, Object> all = new LinkedHashMap<>(always);
        all.putAll(parameters);
        return new Recipe(name, List.of(Step.of("int8-static", all)));
    }
}
