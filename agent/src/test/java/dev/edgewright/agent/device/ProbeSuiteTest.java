package dev.edgewright.agent.device;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtSession;
import dev.edgewright.agent.graphs.ProbeGraphs;
import dev.edgewright.agent.inference.OrtRuntime;
import dev.edgewright.common.protocol.v1.Probe;
import dev.edgewright.compression.onnx.proto.ModelProto;
import dev.edgewright.compression.onnx.proto.NodeProto;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProbeSuiteTest {
    private static final ProbeSettings SHORTEST = new ProbeSettings(Duration.ZERO, 1, 1, 1 << 20);

    @Test
    void everyKernelPrecisionAndSizeIsMeasuredWithOneThreadAndWithAll() {
        List<Probe> probes = new ProbeSuite(SHORTEST).run(2);

        assertThat(probes).hasSize(2 * (3 * 3 * 3 + 1));
        assertThat(probes).allSatisfy(p -> {
            assertThat(p.getMedianUs()).isPositive();
            assertThat(p.getP95Us()).isGreaterThanOrEqualTo(p.getMedianUs());
            assertThat(p.getWork()).isPositive();
        });
        Set<String> measured = probes.stream()
                .map(p -> p.getKernel() + " " + p.getPrecision() + " " + p.getSize() + " " + p.getThreads())
                .collect(Collectors.toSet());
        assertThat(measured).hasSameSizeAs(probes).contains("gemm s8s8 large 2", "memory_copy  large 1");
    }

    @Test
    void aDeviceWithOneThreadIsMeasuredOnce() {
        assertThat(new ProbeSuite(SHORTEST).run(1)).hasSize(28).allMatch(p -> p.getThreads() == 1);
    }

    @ParameterizedTest(name = "{0}-{1} runs as {2}")
    @CsvSource({
        "conv, u8s8, QLinearConv",
        "conv, s8s8, QLinearConv",
        "depthwise_conv, u8s8, QLinearConv",
        "depthwise_conv, s8s8, QLinearConv",
        "gemm, u8s8, QGemm",
        "gemm, s8s8, QGemm",
        "gemm, fp32, Gemm"
    })
    void theRuntimeRunsTheKernelThatTheProbeIsNamedFor(
            String kernel, String precision, String operator, @TempDir Path folder) throws Exception {
        for (String size : ProbeSuite.SIZES) {
            Path optimised = folder.resolve(size + ".onnx");
            try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
                options.setOptimizedModelFilePath(optimised.toString());
                options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
                OrtRuntime.environment()
                        .createSession(bundled(kernel, precision, size), options)
                        .close();
            }
            List<String> operators =
                    ModelProto.parseFrom(Files.readAllBytes(optimised)).getGraph().getNodeList().stream()
                            .map(NodeProto::getOpType)
                            .toList();
            assertThat(operators).contains(operator).doesNotContain("ConstantOfShape");
            if (!precision.equals("fp32")) {
                assertThat(operators).doesNotContain("Conv", "FusedConv", "Gemm", "FusedGemm", "MatMul");
            }
        }
    }

    @Test
    void theBundledGraphsAreThoseOfTheProgramThatMakesThem() throws IOException {
        for (String precision : ProbeGraphs.PRECISIONS) {
            for (String size : ProbeGraphs.SIZES) {
                assertThat(bundled("conv", precision, size)).isEqualTo(ProbeGraphs.conv(precision, size));
                assertThat(bundled("depthwise_conv", precision, size))
                        .isEqualTo(ProbeGraphs.depthwise(precision, size));
                assertThat(bundled("gemm", precision, size)).isEqualTo(ProbeGraphs.gemm(precision, size));
            }
        }
    }

    private static byte[] bundled(String kernel, String precision, String size) throws IOException {
        try (InputStream in =
                ProbeSuite.class.getResourceAsStream("probes/" + kernel + "-" + precision + "-" + size + ".onnx")) {
            return in.readAllBytes();
        }
    }
}
