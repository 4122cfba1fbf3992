package dev.edgewright.common.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.Message;
import dev.edgewright.common.artifact.ChunkCodec;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.common.signing.TrustedKey;
import dev.edgewright.common.telemetry.LatencySketch;

/**
 * Bytes from anyone, into every decoder: nothing may come out but a value or, where it is documented, an {@link EdgewrightException}.
 *
 * <p>In a normal build each test runs over its seeds in {@code src/test/resources/.../DecoderFuzzTestInputs/<method>} (the golden
 * files, and whatever once went wrong). To search for new inputs, one method at a time, for as long as {@code maxDuration} says
 * (the empty {@code argLine} turns the instrumentation on that a normal build leaves off):
 *
 * <pre>
 * JAZZER_FUZZ=1 mvn -pl common test -Dtest=DecoderFuzzTest#telemetry -DargLine=
 * </pre>
 *
 * <p>What it finds is written beside the seeds; commit it with the repair.
 */
class DecoderFuzzTest {

    @FuzzTest(maxDuration = "5m")
    void presence(byte[] bytes) {
        decode(MessageKind.PRESENCE, bytes);
    }

    @FuzzTest(maxDuration = "5m")
    void hello(byte[] bytes) {
        decode(MessageKind.HELLO, bytes);
    }

    @FuzzTest(maxDuration = "5m")
    void desired(byte[] bytes) {
        decode(MessageKind.DESIRED, bytes);
    }

    @FuzzTest(maxDuration = "5m")
    void desiredState(byte[] bytes) {
        decode(MessageKind.DESIRED_STATE, bytes);
    }

    @FuzzTest(maxDuration = "5m")
    void reported(byte[] bytes) {
        decode(MessageKind.REPORTED, bytes);
    }

    /** What is accepted must also merge and answer. */
    @FuzzTest(maxDuration = "5m")
    void telemetry(byte[] bytes) {
        Decoded<TelemetryWindow> decoded = decode(MessageKind.TELEMETRY, bytes);
        LatencySketch all = new LatencySketch();
        decoded.toOptional()
                .ifPresent(window -> window.getModelsList().forEach(model -> {
                    all.merge(LatencySketch.fromProto(model.getLatency()));
                    assertThat(all.count()).isNotNegative();
                    assertThat(all.quantile(0.5)).isNotNegative();
                    assertThat(all.nativeBuckets().buckets()).allMatch(bucket -> bucket.count() > 0);
                }));
    }

    @FuzzTest(maxDuration = "5m")
    void want(byte[] bytes) {
        decode(MessageKind.WANT, bytes);
    }

    @FuzzTest(maxDuration = "5m")
    void trialState(byte[] bytes) {
        decode(MessageKind.TRIAL_STATE, bytes);
    }

    @FuzzTest(maxDuration = "5m")
    void trialed(byte[] bytes) {
        decode(MessageKind.TRIALED, bytes);
    }

    @FuzzTest(maxDuration = "5m")
    void manifest(byte[] bytes) {
        decode(MessageKind.MANIFEST, bytes);
    }

    @FuzzTest(maxDuration = "5m")
    void chunkIndex(byte[] bytes) {
        decode(MessageKind.CHUNK_INDEX, bytes);
    }

    @FuzzTest(maxDuration = "5m")
    void goldenSet(byte[] bytes) {
        decode(MessageKind.GOLDEN_SET, bytes);
    }

    @FuzzTest(maxDuration = "5m")
    void topic(FuzzedDataProvider data) {
        assertThat(Topics.parse(data.consumeRemainingAsString())).isNotNull();
    }

    @FuzzTest(maxDuration = "5m")
    void chunk(byte[] bytes) {
        try {
            ChunkCodec.decompress(bytes, 1000, Digest.of(new byte[1000]));
        } catch (EdgewrightException e) {
            assertThat(e.code().name()).isEqualTo("CHUNK_CORRUPT");
        }
    }

    @FuzzTest(maxDuration = "5m")
    void publicKey(FuzzedDataProvider data) {
        try {
            TrustedKey.ofPem(data.consumeRemainingAsString(), "fuzz");
        } catch (EdgewrightException e) {
            assertThat(e.code().name()).isEqualTo("KEY_INVALID");
        }
    }

    private static <M extends Message> Decoded<M> decode(MessageKind kind, byte[] bytes) {
        Decoded<M> decoded = Codec.decode(kind, bytes, SampleMessages.DEVICE);
        decoded.toOptional().ifPresent(message -> Codec.encode(kind, message, SampleMessages.DEVICE));
        return decoded;
    }
}
