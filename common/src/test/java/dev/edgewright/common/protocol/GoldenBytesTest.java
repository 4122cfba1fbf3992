package dev.edgewright.common.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.edgewright.common.artifact.ChunkCodec;
import dev.edgewright.common.artifact.ManifestDigest;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.Decoded.Accepted;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.common.signing.Contexts;
import dev.edgewright.common.signing.SigningKey;
import dev.edgewright.common.signing.TrustedKeys;
import dev.edgewright.common.telemetry.LatencySketch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Version 1 of the protocol, held still: files that were written once and are never written again. Each {@code .bin} has a readable
 * {@code .txtpb} beside it, and agents in other languages can test themselves against them.
 *
 * <p>A new message gets a {@code .txtpb} here; {@code -Dgolden.write=true} then adds its {@code .bin}, and leaves all others alone. A
 * test that fails on an old file means that devices in the field would no longer be understood.
 */
class GoldenBytesTest {

    private static final Path FOLDER = Path.of("src/test/resources/golden/v1");

    /** The private keys are the bytes 0..31 and 32..63. */
    private static final SigningKey CATALOG = SigningKey.fromSeed(countingFrom(0));

    private static final SigningKey FLEET = SigningKey.fromSeed(countingFrom(32));

    static Stream<String> names() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".txtpb"))
                    .map(name -> name.substring(0, name.length() - ".txtpb".length()))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void the_text_encodes_to_exactly_these_bytes(String name) throws IOException {
        byte[] encoded = encode(text(name));
        Path file = FOLDER.resolve(name + ".bin");
        if (Boolean.getBoolean("golden.write") && !Files.exists(file)) {
            Files.write(file, encoded);
        }
        assertThat(HexFormat.of().formatHex(encoded)).isEqualTo(HexFormat.of().formatHex(Files.readAllBytes(file)));
    }

    @ParameterizedTest
    @MethodSource("names")
    void the_bytes_decode_to_exactly_this_text(String name) throws IOException {
        assertThat(Codec.<Message>decode(kind(name), bytes(name), SampleMessages.DEVICE))
                .isEqualTo(new Accepted<>(text(name)));
    }

    @Test
    void every_kind_of_message_has_a_golden_file() throws IOException {
        Set<MessageKind> kinds = names().map(GoldenBytesTest::kind).collect(Collectors.toSet());
        assertThat(kinds).isEqualTo(EnumSet.allOf(MessageKind.class));
    }

    @Test
    void the_signatures_are_those_of_the_documented_keys() throws IOException {
        Signed desired = Signed.parseFrom(bytes("desired"));
        assertThat(desired).isEqualTo(FLEET.sign(Contexts.DESIRED, bytes("desired_state")));
        assertThat(TrustedKeys.of(FLEET.publicKey()).verify(Contexts.DESIRED, desired))
                .isEqualTo(bytes("desired_state"));

        Signed trial = Signed.parseFrom(bytes("trial"));
        assertThat(trial).isEqualTo(FLEET.sign(Contexts.TRIAL, bytes("trial_state")));

        Signed manifest =
                DesiredState.parseFrom(bytes("desired_state")).getAssignments(0).getManifest();
        assertThat(manifest).isEqualTo(CATALOG.sign(Contexts.MANIFEST, bytes("manifest")));
        assertThat(ManifestDigest.of(manifest)).isEqualTo(Digest.of(bytes("manifest")));
    }

    @Test
    void the_sketch_is_that_of_the_documented_latencies() throws IOException {
        LatencySketch sketch = new LatencySketch();
        List.of(0.001, 0.002, 0.002, 0.004, 0.008).forEach(sketch::record);
        assertThat(TelemetryWindow.parseFrom(bytes("telemetry")).getModels(0).getLatency())
                .isEqualTo(sketch.toProto());
    }

    /** The frame was written by another zstd (the command-line tool), as an agent in another language would meet it. */
    @Test
    void the_chunk_frame_unpacks_to_its_text() throws IOException {
        byte[] plain = Files.readAllBytes(FOLDER.resolve("chunk.txt"));
        assertThat(ChunkCodec.decompress(
                        Files.readAllBytes(FOLDER.resolve("chunk.zst")), plain.length, Digest.of(plain)))
                .isEqualTo(plain);
    }

    private static byte[] bytes(String name) throws IOException {
        return Files.readAllBytes(FOLDER.resolve(name + ".bin"));
    }

    private static Message text(String name) throws IOException {
        Message.Builder builder = kind(name).empty().newBuilderForType();
        TextFormat.merge(Files.readString(FOLDER.resolve(name + ".txtpb"), StandardCharsets.UTF_8), builder);
        return builder.build();
    }

    /** {@code presence-last-will} is a PRESENCE. */
    private static MessageKind kind(String name) {
        return MessageKind.valueOf(name.replaceFirst("-.*", "").toUpperCase(Locale.ROOT));
    }

    private static byte[] encode(Message message) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        message.writeTo(out);
        out.flush();
        return bytes.toByteArray();
    }

    private static byte[] countingFrom(int first) {
        byte[] bytes = new byte[32];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (first + i);
        }
        return bytes;
    }
}
