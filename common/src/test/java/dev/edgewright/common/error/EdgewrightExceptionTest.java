package dev.edgewright.common.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.error.EdgewrightException.Kind;
import org.junit.jupiter.api.Test;

class EdgewrightExceptionTest {

    @Test
    void each_factory_gives_its_kind() {
        assertThat(EdgewrightException.caller("A", "m").kind()).isEqualTo(Kind.CALLER);
        assertThat(EdgewrightException.transient_("A", "m").kind()).isEqualTo(Kind.TRANSIENT);
        assertThat(EdgewrightException.resource("A", "m").kind()).isEqualTo(Kind.RESOURCE);
        assertThat(EdgewrightException.bug("A", "m").kind()).isEqualTo(Kind.BUG);
    }

    @Test
    void only_what_is_transient_is_worth_trying_again() {
        for (Kind kind : Kind.values()) {
            assertThat(kind.retryable()).isEqualTo(kind == Kind.TRANSIENT);
        }
    }

    @Test
    void the_code_leads_the_text_and_the_cause_is_kept() {
        Exception cause = new Exception("disk");
        EdgewrightException e = EdgewrightException.resource("DISK_FULL", "no room in /data; free 3 MB", cause);
        assertThat(e)
                .hasToString("EdgewrightException[DISK_FULL]: no room in /data; free 3 MB")
                .hasCause(cause);
    }

    @Test
    void a_code_is_upper_snake_case() {
        for (String wrong : new String[] {"", "lower", "1A", "A-B", "A".repeat(65)}) {
            assertThatThrownBy(() -> new ErrorCode(wrong, Kind.BUG)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
