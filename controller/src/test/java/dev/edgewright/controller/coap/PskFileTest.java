package dev.edgewright.controller.coap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.error.EdgewrightException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PskFileTest {

    @Test
    void text_and_hex_are_secrets_and_comments_are_none() {
        var secrets = PskFile.parse("""
                # devices of the north site
                cam-1: sixteen letters!

                cam-2:hex:000102030405060708090a0b0c0d0e0f
                """);
        assertThat(secrets).containsOnlyKeys("cam-1", "cam-2");
        assertThat(secrets.get("cam-1")).isEqualTo("sixteen letters!".getBytes());
        assertThat(secrets.get("cam-2")).hasSize(16).startsWith(0, 1, 2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no colon here          | is no 'device-id: secret'",
                "NOT VALID: 0123456789abcdef | no valid device id",
                "cam-1: short           | shorter than 16 bytes",
                "cam-1: hex:zz          | no hex digits",
            })
    void a_line_that_cannot_be_is_named_without_its_secret(String line, String words) {
        assertThatThrownBy(() -> PskFile.parse("# one\n" + line))
                .isInstanceOf(EdgewrightException.class)
                .hasMessageContaining("line 2")
                .hasMessageContaining(words)
                .hasMessageNotContaining("0123456789abcdef");
    }

    @Test
    void a_device_has_one_secret() {
        assertThatThrownBy(() -> PskFile.parse("cam-1: 0123456789abcdef\ncam-1: 0123456789abcdeX"))
                .hasMessageContaining("a second time");
    }
}
