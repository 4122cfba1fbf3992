package dev.edgewright.benchmarks.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.edgewright.compression.Candidate;
import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.CompressionSettings;
import dev.edgewright.compression.Compressor;
import dev.edgewright.compression.Progress;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Silero VAD 5, a recurrent network within If branches: each named recipe gives a file that works, or says why it gives none. */
class SileroTest {

    private static final Fetched MODEL = Fetched.npm(
            "@ricky0123/vad-web",
            "0.0.31",
            "dist/silero_vad_v5.onnx",
            "2623a2953f6ff3d2c1e61740c6cdb7168133479b267dfef114a4a3cc5bdd788f");

    /** What a recipe may answer when it has nothing to work with, and nothing else. */
    private static final Set<Code> REFUSALS = Set.of(Code.DATA_REQUIRED, Code.DATA_INVALID);

    private static final int CHUNK = 512;
    private static final int CHUNKS = 40;

    @TempDir
    Path temp;

    static List<String> recipes() {
        return List.copyOf(Recipe.names());
    }

    private static Path model() {
        return Present.orSkip(MODEL, "compressing a recurrent network within If branches");
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void everyRecipeWorksOrIsRefused(String recipe) {
        Path model = model();
        Candidate candidate;
        try {
            candidate = new Compressor(CompressionSettings.defaults().withLatency(Duration.ofMillis(20), 5))
                    .compress(model, null, Recipe.named(recipe), temp.resolve("out"), Progress.NONE)
                    .candidates()
                    .get(0);
        } catch (CompressionException e) {
            assertThat(e.code()).as(e.getMessage()).isIn(REFUSALS);
            assertThat(e.getMessage()).isNotBlank();
            return;
        }
        List<float[]> wanted = speechProbabilities(model, 16000);
        List<float[]> given = speechProbabilities(candidate.file(), 16000);
        for (int i = 0; i < wanted.size(); i++) {
            assertThat(given.get(i)).as("chunk %d", i).containsExactly(wanted.get(i), within(0.02f));
        }
        assertThat(speechProbabilities(candidate.file(), 8000).get(CHUNKS - 1)[0])
                .isCloseTo(speechProbabilities(model, 8000).get(CHUNKS - 1)[0], within(0.02f));
        if (recipe.equals("fp16-storage")) {
            assertThat(candidate.bytes()).isLessThan(fileSize(model) * 6 / 10);
        }
        assertThat(candidate.bytes() < fileSize(model)
                        || !candidate.notes().isEmpty()
                        || !candidate.fasterThanOriginal())
                .as("a file that is no smaller says why, or is not recommended")
                .isTrue();
    }

    @Test
    void theProbeHearsVoiceAndSilenceApart() {
        List<float[]> probabilities = speechProbabilities(model(), 16000);
        float quiet = probabilities.get(CHUNKS / 2 - 1)[0];
        float highest = 0;
        for (int i = CHUNKS / 2; i < CHUNKS; i++) {
            highest = Math.max(highest, probabilities.get(i)[0]);
        }
        assertThat(highest).as("the state carries on through buzzing vowels").isGreaterThan(quiet + 0.1f);
    }

    @Test
    void dataThatDoesNotFitItsStateIsRefused() throws IOException {
        Files.writeString(temp.resolve("x.csv"), "a,b\n1,2\n");
        Files.writeString(
                temp.resolve("data.yaml"),
                "inputs:\n  input: {csv: x.csv}\n  state: {csv: x.csv}\n  sr: {csv: x.csv, columns: [a], type: int64}\n");
        DataSource data = DataSource.open(temp);
        Compressor compressor = new Compressor(CompressionSettings.defaults());
        Path model = model();
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> compressor.compress(
                        model, data, Recipe.named("int8-static"), temp.resolve("out"), Progress.NONE))
                .isInstanceOfSatisfying(CompressionException.class, e -> {
                    assertThat(e.code()).isEqualTo(Code.DATA_INVALID);
                    assertThat(e.getMessage()).contains("state");
                });
    }

    private static long fileSize(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Half silence with a little noise, half a buzz through three formants that rises and falls; the state goes from chunk to chunk. */
    private static List<float[]> speechProbabilities(Path model, int rate) {
        int chunk = rate == 16000 ? CHUNK : CHUNK / 2;
        List<float[]> results = new ArrayList<>();
        Random random = new Random(4);
        try (ModelSession session = ModelSession.open(model, SessionSettings.single())) {
            Tensor state = Tensor.ofFloats("state", new float[2 * 128], 2, 1, 128);
            double phase = 0;
            for (int c = 0; c < CHUNKS; c++) {
                float[] samples = new float[chunk];
                for (int i = 0; i < chunk; i++) {
                    double t = (double) (c * chunk + i) / rate;
                    phase += (120 + 20 * Math.sin(6 * t)) / rate;
                    double loud = c < CHUNKS / 2 ? 0 : 0.3 * (0.6 + 0.4 * Math.sin(25 * t));
                    double voice = 0;
                    for (int harmonic = 1; harmonic < 25; harmonic++) {
                        double f = harmonic * 120.0;
                        double formants = peak(f, 650, 90) + 0.6 * peak(f, 1100, 110) + 0.3 * peak(f, 2500, 160);
                        voice += formants * Math.sin(2 * Math.PI * harmonic * phase);
                    }
                    samples[i] = (float) (loud * voice + 0.001 * random.nextGaussian());
                }
                Map<String, Tensor> out = session.run(Map.of(
                        "input", Tensor.ofFloats("input", samples, 1, chunk),
                        "state", state,
                        "sr", Tensor.ofLongs("sr", new long[] {rate})));
                results.add(new float[] {out.get("output").toFloats()[0]});
                state = out.get("stateN").withName("state");
            }
        }
        return results;
    }

    private static double peak(double f, double centre, double width) {
        return 1 / (1 + Math.pow((f - centre) / width, 2));
    }
}
