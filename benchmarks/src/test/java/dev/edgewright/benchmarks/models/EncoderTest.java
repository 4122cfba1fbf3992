package dev.edgewright.benchmarks.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.compression.Candidate;
import dev.edgewright.compression.CompressionSettings;
import dev.edgewright.compression.Compressor;
import dev.edgewright.compression.Progress;
import dev.edgewright.compression.calibration.OutputProbe;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.evaluation.AccuracyResult;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.runtime.OptimizedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * all-MiniLM-L6-v2 with a logistic head on SpamAssassin's mails: real weights, real texts, in the int8 forms for encoders. The bounds are
 * those of something broken, not the figures: 500 mails have an interval of two points on either side.
 */
@Tag("slow")
class EncoderTest {

    private static final int TRAINING = 400;
    private static final int TEST = 200;

    @TempDir
    static Path folder;

    @BeforeAll
    static void prepare() throws IOException {
        String whatFor = "compressing an encoder of texts";
        Present.orSkip(PrepareSpamMails.ENCODER, whatFor);
        Present.orSkip(PrepareSpamMails.TOKENIZER, whatFor);
        Present.orSkip(PrepareSpamMails.QUANTIZED, whatFor);
        Present.orSkip(SpamMails.corpus(), whatFor);
        PrepareSpamMails.prepare(folder, TRAINING, TEST);
    }

    private static Candidate compress(String recipe) {
        CompressionSettings settings = CompressionSettings.defaults().withLatency(Duration.ofMillis(500), 5);
        return new Compressor(settings)
                .compress(
                        folder.resolve("model.onnx"),
                        DataSource.open(folder),
                        Recipe.named(recipe),
                        folder.resolve(recipe),
                        Progress.NONE)
                .candidates()
                .get(0);
    }

    private static void isSmallFastAndRight(Candidate candidate, double cosine) throws IOException {
        assertThat(candidate.bytes())
                .as("a quarter of the original: the word table is int8 too")
                .isLessThan(Files.size(folder.resolve("model.onnx")) * 26 / 100);
        AccuracyResult accuracy = candidate.accuracy().orElseThrow();
        assertThat(accuracy.cosine()).isGreaterThan(cosine);
        assertThat(accuracy.value()).isGreaterThan(0.85);
        assertThat(accuracy.flips()).isLessThan(accuracy.samples() / 20);
        Graph runs = OptimizedModel.of(candidate.file());
        assertThat(runs.initializers().values())
                .filteredOn(tensor -> tensor.elements() > 10_000_000)
                .extracting(Tensor::type)
                .containsExactly(ElementType.INT8);
        assertThat(runs.nodes("LayerNormalization")).isEmpty();
        assertThat(runs.nodes().stream().filter(node -> node.op().equals("SkipLayerNormalization")))
                .hasSize(13);
    }

    @Test
    void withoutDataItKeepsItsAnswersInAQuarterOfTheSize() throws IOException {
        Candidate candidate = compress("int8-dynamic");
        isSmallFastAndRight(candidate, 0.95);
        Graph made = OnnxFile.read(candidate.file());
        assertThat(made.nodes().stream().filter(node -> node.op().equals("QAttention")))
                .hasSize(6);
        assertThat(made.nodes("MatMulInteger"))
                .as("three of each layer went into attention")
                .hasSize(37 - 18);
    }

    @Test
    void calibratedOnMailsItIsCloserThanWithRangesOfEachMail() throws IOException {
        Candidate candidate = compress("int8-static");
        isSmallFastAndRight(candidate, 0.95);
        Graph runs = OptimizedModel.of(candidate.file());
        assertThat(runs.nodes().stream().filter(node -> node.op().equals("QAttention")))
                .hasSize(6);
        assertThat(runs.nodes().stream().filter(node -> node.op().equals("MatMulIntegerToFloat")))
                .as("the head is too small for int8")
                .hasSize(36 - 18);
        assertThat(distance(candidate)).isLessThan(distance(compress("int8-dynamic")) / 1.5);
    }

    /** How far the logits of 100 validation mails are from the float model's. */
    private static double distance(Candidate candidate) {
        Split few = DataSource.open(folder).validation().limit(100);
        return new OutputProbe(OnnxFile.read(folder.resolve("model.onnx")), few, 1, 0)
                .error(OnnxFile.read(candidate.file()));
    }
}
