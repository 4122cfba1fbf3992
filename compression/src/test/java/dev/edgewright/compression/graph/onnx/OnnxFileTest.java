package dev.edgewright.compression.graph.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.onnx.proto.FunctionProto;
import dev.edgewright.compression.onnx.proto.ModelProto;
import dev.edgewright.compression.onnx.proto.NodeProto;
import dev.edgewright.compression.onnx.proto.OperatorSetIdProto;
import dev.edgewright.compression.onnx.proto.StringStringEntryProto;
import dev.edgewright.compression.onnx.proto.TensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxFileTest {

    @TempDir
    Path folder;

    private static Graph graph() {
        GraphBuilder net = GraphBuilder.named("net").seed(1);
        String x = net.input("x", ElementType.FLOAT, "N", 64);
        return net.output(net.gemm(x, "fc", 64, 32), "y", ElementType.FLOAT, "N", 32)
                .build();
    }

    private static void refuses(ThrowingCallable call, Code code) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        CompressionException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void whatIsNotUnderstoodSurvivesTheRoundTrip() {
        ModelProto model = graph().toModel().toBuilder()
                .addMetadataProps(
                        StringStringEntryProto.newBuilder().setKey("author").setValue("someone"))
                .addOpsetImport(
                        OperatorSetIdProto.newBuilder().setDomain("my.domain").setVersion(3))
                .addFunctions(FunctionProto.newBuilder()
                        .setName("f")
                        .setDomain("my.domain")
                        .addNode(NodeProto.newBuilder().setOpType("Relu")))
                .setDocString("documentation")
                .build();
        assertThat(OnnxFile.parse(model.toByteArray()).toModel()).isEqualTo(model);
    }

    @Test
    void writingTwiceGivesTheSameBytes() throws IOException {
        OnnxFile.write(graph(), folder.resolve("a.onnx"));
        OnnxFile.write(OnnxFile.read(folder.resolve("a.onnx")), folder.resolve("b.onnx"));
        assertThat(Files.readAllBytes(folder.resolve("a.onnx")))
                .isEqualTo(Files.readAllBytes(folder.resolve("b.onnx")));
    }

    @Test
    void largeWeightsGoBesideTheModelAndComeBack() throws IOException {
        Path file = folder.resolve("big.onnx");
        OnnxFile.write(graph(), file, 100);
        assertThat(folder.resolve("big.onnx.data")).exists();
        assertThat(Files.size(file)).isLessThan(2000);
        Graph back = OnnxFile.read(file);
        assertThat(back.initializer("fc.weight").orElseThrow().isOutside()).isTrue();
        assertThat(back.toModel()).isEqualTo(graph().toModel());
    }

    private Path withExternal(String location, String offset) throws IOException {
        TensorProto weight = graph().initializer("fc.weight").orElseThrow().headerProto().toBuilder()
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(
                        StringStringEntryProto.newBuilder().setKey("location").setValue(location))
                .addExternalData(
                        StringStringEntryProto.newBuilder().setKey("offset").setValue(offset))
                .build();
        ModelProto.Builder model = graph().toModel().toBuilder();
        model.getGraphBuilder().setInitializer(0, weight);
        Path file = folder.resolve("model/external.onnx");
        Files.createDirectories(file.getParent());
        Files.write(file, model.build().toByteArray());
        return file;
    }

    @Test
    void externalDataThatIsMissingIsNamed() throws IOException {
        Path file = withExternal("absent.bin", "0");
        refuses(() -> OnnxFile.read(file), Code.EXTERNAL_DATA_MISSING);
    }

    @Test
    void externalDataThatIsTooShortIsNamed() throws IOException {
        Path file = withExternal("short.bin", "4096");
        Files.write(file.resolveSibling("short.bin"), new byte[5000]);
        refuses(() -> OnnxFile.read(file), Code.EXTERNAL_DATA_MISSING);
    }

    @Test
    void externalDataOutsideTheFolderIsRefused() throws IOException {
        Files.write(folder.resolve("secret.bin"), new byte[64 * 32 * 4]);
        refuses(() -> OnnxFile.read(withExternal("../secret.bin", "0")), Code.EXTERNAL_DATA_OUTSIDE);
        refuses(
                () -> OnnxFile.read(withExternal(folder.resolve("secret.bin").toString(), "0")),
                Code.EXTERNAL_DATA_OUTSIDE);
        Path file = withExternal("link.bin", "0");
        Files.createSymbolicLink(file.resolveSibling("link.bin"), folder.resolve("secret.bin"));
        refuses(() -> OnnxFile.read(file), Code.EXTERNAL_DATA_OUTSIDE);
    }

    @Test
    void brokenFilesAreToldApart() throws IOException {
        Path file = folder.resolve("broken.onnx");
        refuses(() -> OnnxFile.read(file), Code.MODEL_UNREADABLE);
        Files.write(file, new byte[0]);
        refuses(() -> OnnxFile.read(file), Code.MODEL_EMPTY);
        Files.writeString(file, "<html>not found</html>");
        refuses(() -> OnnxFile.read(file), Code.MODEL_NOT_ONNX);
        byte[] whole = OnnxFile.toBytes(graph());
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
        refuses(() -> OnnxFile.read(file), Code.MODEL_TRUNCATED);
    }
}
