package dev.edgewright.common.id;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.edgewright.common.error.EdgewrightException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "7",
                "cam-7",
                "line3.cell_2",
                "0123456789012345678901234567890123456789012345678901234567890ab"
            })
    void a_name_of_the_alphabet_is_taken(String value) {
        assertThat(DeviceId.of(value).value()).isEqualTo(value);
        assertThat(new ModelName(value)).hasToString(value);
        assertThat(RolloutId.isValid(value)).isTrue();
        assertThat(VariantName.isValid(value)).isTrue();
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                "Cam",
                "-a",
                ".",
                "..",
                "_a",
                "a/b",
                "a\\b",
                "a b",
                "a+b",
                "#",
                "+",
                "é",
                "a\u0000",
                "a\n",
                "٣",
                "0123456789012345678901234567890123456789012345678901234567890abc"
            })
    void anything_else_is_refused(String value) {
        assertThat(DeviceId.isValid(value)).isFalse();
        assertThatThrownBy(() -> DeviceId.of(value)).isInstanceOfSatisfying(EdgewrightException.class, e -> {
            assertThat(e.code().name()).isEqualTo("ID_INVALID");
            assertThat(e.kind()).isEqualTo(EdgewrightException.Kind.CALLER);
            assertThat(e.getMessage()).contains("not a valid device id").doesNotContainPattern("\\p{Cntrl}");
        });
    }

    @Test
    void the_message_for_a_huge_id_stays_short() {
        assertThatThrownBy(() -> ModelName.of("x".repeat(10_000_000)))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300).contains("10000000 characters"));
    }

    @Property
    void an_id_never_leaves_its_folder(@ForAll String value) {
        if (DeviceId.isValid(value)) {
            Path root = Path.of("/data/devices");
            assertThat(root.resolve(value).normalize().getParent()).isEqualTo(root);
        }
    }

    /** FIPS 180-2, appendix B.1. */
    @Test
    void a_digest_is_the_sha_256_of_the_content(@TempDir Path folder) throws IOException {
        String expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        byte[] content = "abc".getBytes(StandardCharsets.US_ASCII);
        assertThat(Digest.of(content).hex()).isEqualTo(expected);
        assertThat(Digest.of(ByteString.copyFrom(content)).hex()).isEqualTo(expected);
        assertThat(Digest.of(new ByteArrayInputStream(content)).hex()).isEqualTo(expected);
        assertThat(Digest.of(Files.write(folder.resolve("f"), content)).hex()).isEqualTo(expected);
        assertThat(Digest.of(content).shortHex()).isEqualTo("ba7816bf8f01");
    }

    @Test
    void a_digest_has_three_forms_of_one_value() {
        Digest digest = Digest.of(new byte[] {1});
        assertThat(Digest.ofBytes(digest.bytes())).isEqualTo(digest);
        assertThat(Digest.ofBytes(digest.toByteString())).isEqualTo(digest);
        assertThat(Digest.ofHex(digest.hex())).isEqualTo(digest);
    }

    @Test
    void what_is_no_digest_is_refused() {
        assertThatThrownBy(() -> Digest.ofBytes(new byte[31])).hasMessage("a digest has 32 bytes, this has 31");
        assertThatThrownBy(() -> Digest.ofHex("AB".repeat(32))).hasMessageContaining("64 lower-case hex digits");
        assertThatThrownBy(() -> Digest.ofHex(null)).hasMessageContaining("64 lower-case hex digits");
    }

    @Test
    void each_boot_has_another_id() {
        SecureRandom random = new SecureRandom();
        BootId boot = BootId.random(random);
        assertThat(BootId.random(random)).isNotEqualTo(boot);
        assertThat(BootId.ofBytes(boot.toByteString())).isEqualTo(boot);
        assertThat(boot.bytes()).hasSize(16);
        assertThatThrownBy(() -> BootId.ofBytes(new byte[15])).hasMessageContaining("32 lower-case hex digits");
    }
}
