package dev.edgewright.agent.scenario;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.edgewright.agent.fakes.Catalog;
import dev.edgewright.agent.fakes.Fixtures;
import dev.edgewright.agent.fakes.Variant;
import dev.edgewright.agent.graphs.TestModels;
import dev.edgewright.common.protocol.v1.GoldenCase;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.Tensor;
import dev.edgewright.compression.onnx.proto.ModelProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/** Real ONNX models as large as one likes: {@code y = factor * x}. */
final class Models {

    private Models() {}

    /** @param padding bytes that only make the file longer, other for each factor */
    static Variant scale(Catalog catalog, String variant, float factor, int padding) {
        return scale(catalog, variant, factor, padding, factor);
    }

    /** @param promised the factor by which the golden outputs were made */
    static Variant scale(Catalog catalog, String variant, float factor, int padding, float promised) {
        return catalog.variant(
                TestModels.manifest("scale", variant),
                padded(TestModels.scale(factor), (int) factor, padding),
                golden(promised));
    }

    private static byte[] padded(byte[] model, int seed, int padding) {
        try {
            return ModelProto.parseFrom(model).toBuilder()
                    .setDocString(Base64.getEncoder().encodeToString(Fixtures.bytes(seed, padding * 3 / 4)))
                    .build()
                    .toByteArray();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private static GoldenSet golden(float factor) {
        GoldenSet.Builder golden = GoldenSet.newBuilder();
        for (int n = 1; n <= 3; n++) {
            float[] x = {n, -n, 2f * n, 0.5f};
            golden.addCases(GoldenCase.newBuilder().addInputs(tensor("x", x, 1)).addOutputs(tensor("y", x, factor)));
        }
        return golden.build();
    }

    private static Tensor tensor(String name, float[] values, float factor) {
        ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            data.putFloat(value * factor);
        }
        return Tensor.newBuilder()
                .setName(name)
                .setDatatype("FP32")
                .addShape(1)
                .addShape(values.length)
                .setData(ByteString.copyFrom(data.array()))
                .build();
    }
}
