package dev.edgewright.compression.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.compression.Candidate;
import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionSettings;
import dev.edgewright.compression.Compressor;
import dev.edgewright.compression.Progress;
import dev.edgewright.compression.SampleData;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.search.Proposals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NamedRecipesTest {

    private static final CompressionSettings QUICK =
            CompressionSettings.defaults().withLatency(Duration.ofMillis(20), 5);

    /** The word that each recipe's work leaves in the lineage. */
    private static final Map<String, List<String>> TRACES = Map.of(
            "fp32", List.of(),
            "int8-static", List.of("int8-static"),
            "int8-static-avx2", List.of("int8-static", "saturation-free"),
            "int8-static-rounded", List.of("int8-static", "learned-rounding"),
            "int8-dynamic", List.of("int8-dynamic"),
            "weight-only-int8", List.of("int8-weights"),
            "fp16-storage", List.of("fp16-storage"),
            "prune-30", List.of("prune"),
            "prune-int8", List.of("prune", "int8-static"),
            "low-rank", List.of("low-rank"));

    /** The same steps written out. */
    private static final Map<String, String> YAML = Map.of(
            "fp32", "[]",
            "int8-static", "[int8-static]",
            "int8-static-avx2", "[{int8-static: {target: avx2}}]",
            "int8-static-rounded", "[{int8-static: {rounding: learned}}]",
            "int8-dynamic", "[int8-dynamic]",
            "weight-only-int8", "[{weight-only: {bits: 8}}]",
            "fp16-storage", "[fp16-storage]",
            "prune-30", "[{prune: {macs: 0.7}}]",
            "prune-int8", "[{prune: {macs: 0.7}}, int8-static]",
            "low-rank", "[low-rank]");

    @TempDir
    static Path folder;

    private static DataSource data;
    private static Path model;

    @BeforeAll
    static void write() throws IOException {
        data = SampleData.write(folder.resolve("data"), 64);
        model = folder.resolve("model.onnx");
        OnnxFile.write(tiny(), model);
    }

    /** A convolution that can lose channels, and a dense layer large enough for blocks and ranks: [N,1,28,28] to [N,10]. */
    private static Graph tiny() {
        GraphBuilder net = GraphBuilder.named("tiny").seed(21);
        String x = net.input("image", ElementType.FLOAT, "N", 1, 28, 28);
        x = net.maxPool(net.relu(net.conv(x, "stem", 1, 16, 3, 2, 1, 1, true)), 2, 2);
        x = net.relu(net.conv(x, "wide", 16, 32, 3, 2, 1, 1, true));
        x = net.relu(net.gemm(net.flatten(x), "fc1", 512, 64));
        return net.output(net.gemm(x, "fc2", 64, 10), "logits", ElementType.FLOAT, "N", 10)
                .build();
    }

    @ParameterizedTest
    @MethodSource("dev.edgewright.compression.recipe.Recipe#names")
    void everyNamedRecipeIsWhatItsYamlSays(String name) {
        Recipe parsed = Recipe.parse("{name: " + name + ", steps: " + YAML.get(name) + "}");
        assertThat(parsed.describe()).isEqualTo(Recipe.named(name).describe());
        assertThat(Recipe.named(name).passes()).hasSameSizeAs(parsed.passes());
    }

    @ParameterizedTest
    @MethodSource("dev.edgewright.compression.recipe.Recipe#names")
    void everyNamedRecipeMakesAModelThatRuns(String name) throws IOException {
        Candidate made = made(name);
        assertThat(made.name()).isEqualTo(name);
        assertThat(made.file()).exists();
        assertThat(made.accuracy().orElseThrow().cosine()).as("cosine").isGreaterThan(0.8);
        assertThat(made.golden().cases()).isNotEmpty();
        for (String trace : TRACES.get(name)) {
            assertThat(made.lineage()).as(name).anyMatch(line -> line.startsWith(trace));
        }
        if (!name.equals("fp32")) {
            assertThat(made.bytes()).as("bytes").isLessThan(Files.size(model));
        }
    }

    @Test
    void theAvx2RecipeNeedsNoInstructionSet() {
        assertThat(made("int8-static").requiresIsa()).isNotEmpty();
        assertThat(made("int8-static-avx2").requiresIsa()).isEmpty();
    }

    @Test
    void eachHasOneLineOfDescription() {
        assertThat(Recipe.names()).containsExactlyInAnyOrderElementsOf(TRACES.keySet());
        assertThat(Recipe.names().stream().map(Recipe::description))
                .allMatch(
                        line -> !line.isBlank() && line.length() <= 100 && !line.contains("\n") && !line.contains("%"))
                .doesNotHaveDuplicates();
        assertThat(Recipe.description("auto")).isNotBlank();
        assertThatThrownBy(() -> Recipe.description("magic"))
                .isInstanceOf(CompressionException.class)
                .hasMessageContaining("int8-static-avx2");
    }

    @Test
    void theSearchTriesEveryNamedRecipe() {
        Proposals proposals = Proposals.of(Optional.empty());
        List<Recipe> tried = new ArrayList<>(proposals.first());
        tried.addAll(proposals.named());
        assertThat(tried).extracting(Recipe::name).containsExactlyInAnyOrderElementsOf(Recipe.names());
    }

    private static Candidate made(String name) {
        return new Compressor(QUICK)
                .compress(model, data, Recipe.named(name), folder.resolve(name), Progress.NONE)
                .candidates()
                .get(0);
    }
}
