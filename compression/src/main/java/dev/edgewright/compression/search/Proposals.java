package dev.edgewright.compression.search;

import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.recipe.Recipe.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Which recipes a search tries: clean-up and int8 first, then variations of int8. */
public final class Proposals {

    private Proposals() {}

    /**
     * What needs no decision: clean-up and static int8, the likely winner. The other named recipes fix how much is lost or which
     * processor is meant, and without data nothing would say what that costs, so a person has to ask for them.
     */
    public static List<Recipe> first() {
        return List.of(Recipe.named("fp32"), Recipe.named("int8-static"));
    }

    /** Static int8 with the other calibrators, and with weights that cannot saturate. */
    public static List<Recipe> variations() {
        List<Recipe> recipes = new ArrayList<>();
        for (String calibrator : List.of("min-max", "percentile", "entropy")) {
            recipes.add(int8("int8-static-" + calibrator, Map.of("calibrator", calibrator)));
        }
        recipes.add(int8("int8-static-7bit", Map.of("weight-bits", 7)));
        return recipes;
    }

    /** Mixed precision: the losers as floats, and then one, two, four, ... of the most sensitive layers too. */
    public static List<Recipe> mixed(LayerStudy study) {
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

    private static Recipe int8(String name, Map<String, Object> parameters) {
        return new Recipe(name, List.of(Step.of("int8-static", parameters)));
    }
}
