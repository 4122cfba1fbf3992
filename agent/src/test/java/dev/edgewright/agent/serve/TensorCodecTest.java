package dev.edgewright.agent.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.agent.inference.Datatype;
import dev.edgewright.agent.inference.HalfFloats;
import dev.edgewright.agent.inference.InferenceResult;
import dev.edgewright.agent.inference.TensorValue;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What the writer writes, the reader reads: every datatype, any shape, as JSON and as binary; and noise never breaks the reader. */
class TensorCodecTest {
    private static final Digest MANIFEST = Digest.of(new byte[0]);

    private final InferenceRequestReader reader = new InferenceRequestReader(1 << 20);
    private final InferenceResponseWriter writer = new InferenceResponseWriter();

    @Property(tries = 400)
    void aTensorGoesThroughUnchanged(@ForAll("tensors") TensorValue tensor, @ForAll boolean binary) {
        InferenceRequest back = read(asRequest(tensor, binary));

        assertThat(back.inputs()).containsExactly(Map.entry("y", tensor));
        assertThat(back.id()).contains("7");
    }

    @Property(tries = 200)
    void aTruncatedRequestIsRefusedWithAReasonOrIsStillWhole(
            @ForAll("tensors") TensorValue tensor, @ForAll boolean binary, @ForAll("fractions") double fraction) {
        Encoded whole = asRequest(tensor, binary);
        int length = (int) (whole.body().length * fraction);
        byte[] cut = java.util.Arrays.copyOf(whole.body(), length);

        refusedOrRead(new Encoded(cut, Math.min(whole.jsonBytes(), length)));
    }

    @Property(tries = 500)
    void aFlippedByteNeverBreaksTheReader(
            @ForAll("tensors") TensorValue tensor, @ForAll boolean binary, @ForAll Random random) {
        Encoded whole = asRequest(tensor, binary);
        whole.body()[random.nextInt(whole.body().length)] = (byte) random.nextInt(256);

        refusedOrRead(whole);
    }

    @Property(tries = 500)
    void noiseNeverBreaksTheReader(@ForAll byte[] noise, @ForAll("lengths") int jsonBytes) {
        refusedOrRead(new Encoded(noise, jsonBytes));
    }

    @Property
    void everyHalfFloatGoesToFloatAndBack(@ForAll short bits) {
        float value = HalfFloats.fromFp16(bits);

        if (!Float.isNaN(value)) {
            assertThat(HalfFloats.toFp16(value)).isEqualTo(bits);
        } else {
            assertThat(HalfFloats.fromFp16(HalfFloats.toFp16(value))).isNaN();
        }
        assertThat(HalfFloats.toBf16(HalfFloats.fromBf16(bits)))
                .isEqualTo(Float.isNaN(HalfFloats.fromBf16(bits)) ? (short) (bits | 0x40) : bits);
    }

    private record Encoded(byte[] body, int jsonBytes) {}

    private void refusedOrRead(Encoded encoded) {
        try {
            assertThat(read(encoded).inputs()).isNotNull();
        } catch (EdgewrightException e) {
            assertThat(e.kind()).isEqualTo(EdgewrightException.Kind.CALLER);
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    private InferenceRequest read(Encoded encoded) {
        ByteBuffer body = ByteBuffer.allocateDirect(encoded.body().length)
                .put(encoded.body())
                .flip();
        return reader.read(body, encoded.jsonBytes(), ByteBuffer::allocateDirect);
    }

    /** The writer's answer, its outputs renamed to inputs: the two have one form. */
    private Encoded asRequest(TensorValue tensor, boolean binary) {
        InferenceRequest asked = new InferenceRequest(Optional.of("7"), Map.of(), List.of(), binary);
        Answer answer = writer.write("m", asked, new InferenceResult("v", "1", MANIFEST, Map.of("y", tensor), 0));
        ByteBuffer head = answer.body().get(0);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        String text = new String(head.array(), StandardCharsets.UTF_8).replace("\"outputs\":[", "\"inputs\":[");
        body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        int jsonBytes = body.size();
        for (ByteBuffer part : answer.body().subList(1, answer.body().size())) {
            byte[] bytes = new byte[part.remaining()];
            part.duplicate().get(bytes);
            body.writeBytes(bytes);
        }
        return new Encoded(body.toByteArray(), jsonBytes);
    }

    @Provide
    Arbitrary<Double> fractions() {
        return Arbitraries.doubles().between(0, 0.99);
    }

    @Provide
    Arbitrary<Integer> lengths() {
        return Arbitraries.integers().between(-2, 300);
    }

    @Provide
    Arbitrary<TensorValue> tensors() {
        Arbitrary<long[]> shapes = Arbitraries.longs()
                .between(0, 4)
                .array(long[].class)
                .ofMinSize(0)
                .ofMaxSize(4);
        return Combinators.combine(Arbitraries.of(Datatype.values()), shapes, Arbitraries.randoms())
                .as(TensorCodecTest::tensor);
    }

    private static TensorValue tensor(Datatype datatype, long[] shape, Random random) {
        int elements = (int) TensorValue.elements(shape);
        ByteBuffer data = ByteBuffer.allocateDirect(elements * 24).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements; i++) {
            switch (datatype) {
                case BOOL -> data.put((byte) random.nextInt(2));
                case UINT8, INT8 -> data.put((byte) random.nextInt());
                case UINT16, INT16 -> data.putShort((short) random.nextInt());
                case UINT32, INT32 -> data.putInt(random.nextInt());
                case UINT64, INT64 -> data.putLong(random.nextLong());
                case FP16 -> data.putShort(HalfFloats.toFp16((float) random.nextGaussian() * 100));
                case BF16 -> data.putShort(HalfFloats.toBf16((float) random.nextGaussian() * 100));
                case FP32 -> data.putFloat((float) (random.nextGaussian() * Math.pow(10, random.nextInt(60) - 30)));
                case FP64 -> data.putDouble(random.nextGaussian() * Math.pow(10, random.nextInt(400) - 200));
                case BYTES -> {
                    byte[] utf8 = "grün \"\\\n\u0000𝄞"
                            .substring(0, random.nextInt(6))
                            .getBytes(StandardCharsets.UTF_8);
                    data.putInt(utf8.length).put(utf8);
                }
            }
        }
        return new TensorValue(datatype, shape, data.flip());
    }
}
