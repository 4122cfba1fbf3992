package dev.edgewright.compression.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.edgewright.compression.Candidate;
import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.CompressionSettings;
import dev.edgewright.compression.Compressor;
import dev.edgewright.compression.FashionNet;
import dev.edgewright.compression.Progress;
import dev.edgewright.compression.SampleData;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.search.Constraints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {

    private static final CompressionSettings QUICK =
            CompressionSettings.defaults().withLatency(Duration.ofMillis(50), 7);

    @TempDir
    Path folder;

    private Path model;
    private DataSource data;

    @BeforeEach
    void prepare() throws IOException {
        model = folder.resolve("model.onnx");
        OnnxFile.write(FashionNet.dense(), model);
        data = SampleData.write(folder.resolve("data"), 64);
    }

    @Test
    void aSearchKeepsEverythingAndReportsIt() throws IOException {
        Path out = folder.resolve("out");
        Constraints constraints =
                Constraints.defaults().withBudget(Duration.ofMinutes(10)).withMaxDrop(1);
        Compressor.Result result = new Compressor(QUICK).search(model, data, constraints, out, Progress.NONE);
        assertThat(result.candidates()).extracting(Candidate::name).contains("fp32", "int8-static");
        assertThat(result.front()).isNotEmpty();
        result.recommended()
                .ifPresent(name -> assertThat(result.candidates().stream()
                                .filter(candidate -> candidate.name().equals(name))
                                .allMatch(Candidate::fasterThanOriginal))
                        .isTrue());
        String html = Files.readString(Report.write(result, out));
        assertThat(html)
                .contains("<svg", "int8-static", "How each was made", "On x86 without VNNI", ">lost<")
                .doesNotContain("<script", "http");
        JsonNode json = new ObjectMapper().readTree(out.resolve("report.json").toFile());
        assertThat(json.path("candidates")).hasSize(result.candidates().size());
        assertThat(json.path("candidates").get(0).path("lineage").isArray()).isTrue();
        assertThat(json.path("withoutVnni")
                        .get(0)
                        .path("saturating")
                        .path("samples")
                        .asInt())
                .isPositive();
    }

    @Test
    void aRunThatWasStoppedTakesOverWhatWasMeasured() {
        Path out = folder.resolve("out");
        Recipe recipe = Recipe.named("int8-static");
        Candidate first = new Compressor(QUICK)
                .compress(model, data, recipe, out, Progress.NONE)
                .candidates()
                .get(0);
        List<String> stages = new ArrayList<>();
        Candidate second = new Compressor(QUICK)
                .compress(model, data, recipe, out, (stage, candidate, fraction) -> stages.add(stage))
                .candidates()
                .get(0);
        assertThat(stages).contains("resume").doesNotContain("int8-static", "evaluate");
        assertThat(second.latency()).isEqualTo(first.latency());
        assertThat(second.accuracy()).isEqualTo(first.accuracy());
        assertThat(second.golden().cases()).hasSameSizeAs(first.golden().cases());
    }

    @Test
    void aChangedFileIsMeasuredAgain() throws IOException {
        Path out = folder.resolve("out");
        Recipe recipe = Recipe.named("int8-static");
        Path file = new Compressor(QUICK)
                .compress(model, data, recipe, out, Progress.NONE)
                .candidates()
                .get(0)
                .file();
        Files.write(file, new byte[] {1});
        Candidate again = new Compressor(QUICK)
                .compress(model, data, recipe, out, Progress.NONE)
                .candidates()
                .get(0);
        assertThat(Files.size(again.file())).isGreaterThan(1000);
    }

    @Test
    void aCallerCanStop() {
        Progress stopping = new Progress() {
            @Override
            public void update(String stage, String candidate, double fraction) {}

            @Override
            public boolean cancelled() {
                return true;
            }
        };
        assertThatThrownBy(() -> new Compressor(QUICK)
                        .compress(model, data, Recipe.named("int8-static"), folder.resolve("out"), stopping))
                .isInstanceOfSatisfying(
                        CompressionException.class, e -> assertThat(e.code()).isEqualTo(Code.CANCELLED));
    }

    @Test
    void anExplanationNamesEveryKernelAndItsShare() {
        Path out = folder.resolve("out");
        Candidate int8 = new Compressor(QUICK)
                .compress(model, data, Recipe.named("int8-static"), out, Progress.NONE)
                .candidates()
                .get(0);
        Explanation explanation = Explanation.of(int8.file(), data);
        assertThat(explanation.unfused()).isEmpty();
        assertThat(explanation.rows()).extracting(Explanation.Row::op).contains("QGemm", "QuantizeLinear");
        assertThat(explanation.rows().stream()
                        .mapToDouble(Explanation.Row::share)
                        .sum())
                .isCloseTo(1, org.assertj.core.api.Assertions.within(1e-6));
        assertThat(explanation.toText()).contains("int8", "conversion");
    }
}
