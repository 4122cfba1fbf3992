package dev.edgewright.compression.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.edgewright.compression.onnx.proto.TensorProto;
import java.util.List;
import org.junit.jupiter.api.Test;

class TensorTest {

    @Test
    void typedAndRawFieldsReadAlike() {
        Tensor typed = Tensor.of(TensorProto.newBuilder()
                .setDataType(ElementType.FLOAT.number())
                .addAllDims(List.of(3L))
                .addAllFloatData(List.of(1f, -2f, 0.5f))
                .build());
        assertThat(typed.data())
                .isEqualTo(Tensor.ofFloats("", new float[] {1, -2, 0.5f}, 3).data());
    }

    @Test
    void narrowTypesKeepTheirSign() {
        Tensor bytes = Tensor.ofInt8("b", new byte[] {-128, 127}, 2);
        assertThat(bytes.toLongs()).containsExactly(-128, 127);
        Tensor unsigned = Tensor.ofRaw("u", ElementType.UINT8, new long[] {2}, new byte[] {-1, 1});
        assertThat(unsigned.toLongs()).containsExactly(255, 1);
        Tensor nibbles = Tensor.ofRaw("n", ElementType.INT4, new long[] {3}, new byte[] {(byte) 0x78, 0x0f});
        assertThat(nibbles.toLongs()).containsExactly(-8, 7, -1);
    }

    @Test
    void halvesWidenExactly() {
        byte[] halves = {0x00, 0x3c, 0x00, (byte) 0xc0, 0x01, 0x00, 0x00, 0x7c
        }; // 1, -2, the smallest subnormal, infinity
        Tensor tensor = Tensor.ofRaw("h", ElementType.FLOAT16, new long[] {4}, halves);
        assertThat(tensor.toFloats()).containsExactly(1f, -2f, 0x1p-24f, Float.POSITIVE_INFINITY);
    }

    @Test
    void sizesAndBytesMustAgree() {
        assertThatThrownBy(() -> Tensor.ofFloats("t", new float[3], 2, 2))
                .hasMessageContaining("needs 16 bytes, got 12");
        Tensor shortOne = Tensor.of(TensorProto.newBuilder()
                .setName("t")
                .setDataType(ElementType.INT64.number())
                .addDims(2)
                .addInt64Data(1)
                .build());
        assertThatThrownBy(shortOne::data).hasMessageContaining("holds fewer");
    }

    @Test
    void stringsCountTheirBytes() {
        Tensor strings = Tensor.of(TensorProto.newBuilder()
                .setDataType(ElementType.STRING.number())
                .addDims(1)
                .addStringData(ByteString.copyFromUtf8("four"))
                .build());
        assertThat(strings.bytes()).isEqualTo(4);
    }
}
