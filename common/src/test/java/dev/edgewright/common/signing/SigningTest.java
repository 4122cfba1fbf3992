package dev.edgewright.common.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.v1.Signed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningTest {

    private static final byte[] PAYLOAD = "what is signed".getBytes(StandardCharsets.UTF_8);

    private final SigningKey key = SigningKey.generate();
    private final TrustedKeys trusted = TrustedKeys.of(key.publicKey());

    @TempDir
    Path folder;

    @Test
    void a_trusted_key_vouches_for_its_payload() {
        assertThat(trusted.verify(Contexts.MANIFEST, key.sign(Contexts.MANIFEST, PAYLOAD)))
                .isEqualTo(PAYLOAD);
    }

    @Test
    void both_libraries_make_the_same_signature_and_take_each_others() {
        var pair = Ed25519.generate(new java.security.SecureRandom());
        byte[] publicKey = Ed25519.rawPublic(pair.getPublic());
        byte[] theirs = BouncyEd25519.sign(Ed25519.rawPrivate(pair.getPrivate()), publicKey, PAYLOAD);
        byte[] ours = Ed25519.jdkSign(pair.getPrivate(), PAYLOAD);
        assertThat(theirs).isEqualTo(ours); // RFC 8032: signatures are deterministic
        assertThat(Ed25519.jdkVerifies(pair.getPublic(), PAYLOAD, theirs)).isTrue();
        assertThat(BouncyEd25519.verifies(publicKey, PAYLOAD, ours)).isTrue();
        for (int bit = 0; bit < 8 * ours.length; bit += 7) {
            byte[] flipped = ours.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(BouncyEd25519.verifies(publicKey, PAYLOAD, flipped))
                    .as("bit %d", bit)
                    .isEqualTo(Ed25519.jdkVerifies(pair.getPublic(), PAYLOAD, flipped))
                    .isFalse();
        }
    }

    @Test
    void a_signature_for_one_context_is_none_for_another() {
        Signed signed = key.sign(Contexts.MANIFEST, PAYLOAD);
        refused("SIGNATURE_INVALID", () -> trusted.verify(Contexts.DESIRED, signed));
    }

    @Test
    void a_key_that_is_not_trusted_is_named() {
        SigningKey stranger = SigningKey.generate();
        Signed signed = stranger.sign(Contexts.MANIFEST, PAYLOAD);
        refused("SIGNATURE_UNKNOWN_KEY", () -> trusted.verify(Contexts.MANIFEST, signed))
                .hasMessageContaining(stranger.keyId());
    }

    @Test
    void a_stranger_who_claims_a_trusted_key_id_is_refused() {
        Signed forged = SigningKey.generate().sign(Contexts.MANIFEST, PAYLOAD).toBuilder()
                .setKeyId(key.keyId())
                .build();
        refused("SIGNATURE_INVALID", () -> trusted.verify(Contexts.MANIFEST, forged));
    }

    @Test
    void any_flipped_bit_of_payload_or_signature_is_noticed() {
        Signed signed = key.sign(Contexts.DESIRED, PAYLOAD);
        for (int bit = 0; bit < 8 * PAYLOAD.length; bit += 5) {
            Signed altered = signed.toBuilder()
                    .setPayload(flipped(signed.getPayload(), bit))
                    .build();
            refused("SIGNATURE_INVALID", () -> trusted.verify(Contexts.DESIRED, altered));
        }
        for (int bit = 0; bit < 512; bit += 7) {
            Signed altered = signed.toBuilder()
                    .setSignature(flipped(signed.getSignature(), bit))
                    .build();
            refused("SIGNATURE_INVALID", () -> trusted.verify(Contexts.DESIRED, altered));
        }
    }

    @Test
    void a_signature_of_another_length_is_refused() {
        for (int length : new int[] {0, 63, 65, 10_000}) {
            Signed odd = key.sign(Contexts.MANIFEST, PAYLOAD).toBuilder()
                    .setSignature(ByteString.copyFrom(new byte[length]))
                    .build();
            refused("SIGNATURE_INVALID", () -> trusted.verify(Contexts.MANIFEST, odd));
        }
    }

    /** RFC 8032, section 7.1, test 2: the secret key gives the public key. */
    @Test
    void the_public_key_is_that_of_the_rfc() {
        SigningKey rfc = SigningKey.fromSeed(
                HexFormat.of().parseHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
        assertThat(HexFormat.of().formatHex(rfc.publicKey().raw()))
                .isEqualTo("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    }

    @Test
    void a_key_comes_back_from_its_file_and_only_its_owner_can_read_it() throws IOException {
        Path file = folder.resolve("keys/catalog.key");
        key.save(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(SigningKey.load(file).publicKey()).isEqualTo(key.publicKey());
        assertThat(TrustedKeys.load(folder.resolve("keys/catalog.pub")).keyIds())
                .containsExactly(key.keyId());
        try (var left = Files.list(folder.resolve("keys"))) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("catalog.key", "catalog.pub");
        }
    }

    @Test
    void a_key_is_made_once() {
        Path file = folder.resolve("fleet.key");
        String first = SigningKey.loadOrCreate(file).keyId();
        assertThat(SigningKey.loadOrCreate(file).keyId()).isEqualTo(first);
    }

    @Test
    void a_private_key_that_everyone_can_read_is_not_used() throws IOException {
        Path file = folder.resolve("open.key");
        key.save(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        refused("KEY_EXPOSED", () -> SigningKey.load(file)).hasMessageContaining("chmod 600");
    }

    @Test
    void a_folder_gives_every_pub_file_and_nothing_else() throws IOException {
        SigningKey other = SigningKey.generate();
        key.save(folder.resolve("a.key"));
        other.save(folder.resolve("b.key"));
        Files.writeString(folder.resolve("README"), "not a key");
        assertThat(TrustedKeys.load(folder).keyIds()).containsExactlyInAnyOrder(key.keyId(), other.keyId());
    }

    @Test
    void trusting_nobody_is_refused() {
        refused("KEYS_MISSING", () -> TrustedKeys.load(folder)).hasMessageContaining("*.pub");
        refused("KEY_UNREADABLE", () -> TrustedKeys.load(folder.resolve("nowhere")));
    }

    @Test
    void what_is_no_key_is_refused_by_name() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.pub"), "hello");
        refused("KEY_INVALID", () -> TrustedKey.load(file)).hasMessageContaining("bad.pub");
        Path broken = Files.writeString(
                folder.resolve("cut.pub"), key.publicKey().toPem().replaceFirst("MCow", "MCo"));
        refused("KEY_INVALID", () -> TrustedKey.load(broken));
    }

    @Test
    void a_key_never_prints_itself() {
        assertThat(key.toString()).isEqualTo("SigningKey[" + key.keyId() + "]");
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> refused(
            String code, ThrowingCallable action) {
        return assertThatThrownBy(action)
                .isInstanceOfSatisfying(
                        EdgewrightException.class,
                        e -> assertThat(e.code().name()).isEqualTo(code));
    }

    private static ByteString flipped(ByteString bytes, int bit) {
        byte[] copy = bytes.toByteArray();
        copy[bit / 8] ^= (byte) (1 << (bit % 8));
        return ByteString.copyFrom(copy);
    }
}
