package dev.edgewright.compression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationTest {

    @TempDir
    Path folder;

    @Test
    void twoModelsAreMeasuredOnTheSameSamples() throws IOException {
        DataSource data = SampleData.write(folder.resolve("data"), 40);
        OnnxFile.write(FashionNet.dense(), folder.resolve("a.onnx"));
        OnnxFile.write(FashionNet.residual(), folder.resolve("b.onnx"));
        CompressionSettings quick = CompressionSettings.defaults().withLatency(Duration.ofMillis(20), 5);
        Evaluation alone = Evaluation.of(folder.resolve("a.onnx"), null, data, quick, List.of(1));
        assertThat(alone.accuracy().flips()).isZero();
        assertThat(alone.accuracy().cosine()).isEqualTo(1);
        Evaluation pair = Evaluation.of(folder.resolve("a.onnx"), folder.resolve("a.onnx"), data, quick, List.of(1, 2));
        assertThat(pair.latencies()).extracting(l -> l.threads()).containsExactly(1, 2);
        assertThat(pair.accuracy().agreement()).isEqualTo(1);
        assertThat(pair.bytes()).isEqualTo(pair.otherBytes()).isPositive();
    }
}
