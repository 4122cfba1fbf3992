package dev.edgewright.compression.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RecipeTest {

    @Test
    void yamlNamesStepsAndTheirParameters() {
        Recipe recipe =
                Recipe.parse("name: mine\nsteps:\n  - int8-static: {calibrator: entropy, keep-float: [a, b]}\n");
        assertThat(recipe.describe()).isEqualTo("cleanup -> int8-static{calibrator=entropy, keep-float=[a, b]}");
        assertThat(Recipe.parse("{name: plain, steps: [int8-static]}").passes()).hasSize(1);
    }

    @Test
    void mistakesAreNamed() {
        assertThatThrownBy(() -> Recipe.parse("steps: [melt]"))
                .hasMessageContaining("melt")
                .hasMessageContaining("int8-static");
        assertThatThrownBy(() -> Recipe.parse("steps: [{int8-static: {calibrater: mse}}]"))
                .hasMessageContaining("calibrater")
                .hasMessageContaining("calibrator");
        assertThatThrownBy(() -> Recipe.parse("stages: []")).hasMessageContaining("no key stages");
        assertThatThrownBy(() -> Recipe.parse("steps: [{int8-static: {weight-bits: 9}}]"))
                .hasMessageContaining("8 or 7");
        assertThatThrownBy(() -> Recipe.named("magic")).hasMessageContaining("fp32");
    }
}
