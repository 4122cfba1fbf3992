package dev.edgewright.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.search.Constraints;
import dev.edgewright.compression.search.Proposals;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A search stops in time, keeps what it has, goes on after a kill, and is never worse than a recipe that someone could have named. */
class SearchTest {

    private static final CompressionSettings QUICK =
            CompressionSettings.defaults().withLatency(Duration.ofMillis(30), 7);
    private static final Constraints LOOSE =
            Constraints.defaults().withBudget(Duration.ofMinutes(10)).withMaxDrop(1);

    @TempDir
    static Path folder;

    private static Path model;
    private static DataSource data;
    private static Compressor.Result whole;

    @BeforeAll
    static void search() throws IOException {
        model = folder.resolve("model.onnx");
        OnnxFile.write(net(), model);
        data = SampleData.write(folder.resolve("data"), 64);
        whole = search(LOOSE, folder.resolve("whole"), Progress.NONE);
    }

    private static Graph net() {
        GraphBuilder net = GraphBuilder.named("tiny").seed(21);
        String x = net.input("image", ElementType.FLOAT, "N", 1, 28, 28);
        x = net.maxPool(net.relu(net.conv(x, "stem", 1, 16, 3, 2, 1, 1, true)), 2, 2);
        x = net.relu(net.conv(x, "wide", 16, 32, 3, 2, 1, 1, true));
        x = net.relu(net.gemm(net.flatten(x), "fc1", 512, 64));
        return net.output(net.gemm(x, "fc2", 64, 10), "logits", ElementType.FLOAT, "N", 10)
                .build();
    }

    private static Compressor.Result search(Constraints constraints, Path out, Progress progress) {
        return new Compressor(QUICK).search(model, data, constraints, out, progress);
    }

    @Test
    void theFrontIsAtLeastAsGoodAsEveryNamedRecipe() {
        for (String name : Recipe.names()) {
            Candidate named = new Compressor(QUICK)
                    .compress(model, data, Recipe.named(name), folder.resolve("named"), Progress.NONE)
                    .candidates()
                    .get(0);
            // The same bytes were among the candidates, so in quality and size (times differ from run to run) the front
            // holds their equal.
            assertThat(whole.candidates())
                    .as(name)
                    .extracting(Candidate::digest)
                    .contains(named.digest());
            assertThat(front())
                    .as(name)
                    .anyMatch(better -> better.bytes() <= named.bytes()
                            && better.accuracy().orElseThrow().value()
                                    >= named.accuracy().orElseThrow().value());
        }
    }

    private static List<Candidate> front() {
        List<Candidate> front = new ArrayList<>(whole.candidates());
        front.add(whole.original());
        front.removeIf(candidate -> !whole.front().contains(candidate.name()));
        return front;
    }

    @Test
    void allKindsOfVariantsAreTriedAndKept() {
        assertThat(whole.candidates())
                .extracting(Candidate::name)
                .contains("fp32", "int8-static", "int8-static-entropy", "prune-int8", "prune-45-int8", "low-rank-int8");
        assertThat(whole.candidates())
                .allSatisfy(candidate -> assertThat(candidate.file()).exists());
        assertThat(whole.layers()).isPresent();
    }

    @Test
    void aBudgetThatIsUsedUpKeepsWhatIsThere() {
        Compressor.Result result =
                search(LOOSE.withBudget(Duration.ofMillis(1)), folder.resolve("hurry"), Progress.NONE);
        assertThat(result.candidates()).extracting(Candidate::name).containsExactly("fp32");
        assertThat(result.failures()).anyMatch(line -> line.startsWith("int8-static: not tried, the budget"));
    }

    @Test
    void aSearchThatWasStoppedGoesOnWhereItWas() {
        Path out = folder.resolve("stopped");
        boolean[] enough = {false};
        Progress stopping = new Progress() {
            @Override
            public void update(String stage, String candidate, double fraction) {
                enough[0] |= candidate.equals("int8-static-avx2");
            }

            @Override
            public boolean cancelled() {
                return enough[0];
            }
        };
        assertThatThrownBy(() -> search(LOOSE, out, stopping))
                .isInstanceOfSatisfying(
                        CompressionException.class, e -> assertThat(e.code()).isEqualTo(Code.CANCELLED));
        List<String> resumed = new ArrayList<>();
        search(LOOSE.withBudget(Duration.ofMillis(1)), out, Progress.NONE);
        new Compressor(QUICK).compress(model, data, Recipe.named("int8-static"), out, (stage, candidate, fraction) -> {
            if (stage.equals("resume")) {
                resumed.add(candidate);
            }
        });
        assertThat(resumed).containsExactly("int8-static");
    }

    @Test
    void constraintsDecideWhatIsRecommendedAndMade() {
        Path out = folder.resolve("whole");
        Compressor.Result tiny = search(LOOSE.withMaxBytes(10), out, Progress.NONE);
        assertThat(tiny.recommended()).isEmpty();
        assertThat(tiny.candidates()).hasSameSizeAs(whole.candidates());
        Proposals avx2 = Proposals.of(Optional.of("avx2"));
        assertThat(avx2.first()).extracting(Recipe::name).containsExactly("fp32", "int8-static-avx2");
        assertThat(avx2.variations()).allMatch(recipe -> recipe.describe().contains("target=avx2"));
        assertThat(avx2.smaller()).allMatch(recipe -> recipe.describe().contains("target=avx2"));
        assertThatThrownBy(() -> LOOSE.withTarget("sse")).isInstanceOf(IllegalArgumentException.class);
    }
}
