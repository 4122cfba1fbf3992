package dev.edgewright.agent.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.common.protocol.MessageKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OutboxTest {

    private final Outbox outbox = new Outbox();

    @Test
    void onlyTheNewestStateIsSent() throws Exception {
        outbox.put(message(MessageKind.REPORTED, "", 1));
        outbox.put(message(MessageKind.WANT, "a", 2));
        outbox.put(message(MessageKind.WANT, "b", 3));
        outbox.put(message(MessageKind.REPORTED, "", 4));
        outbox.put(message(MessageKind.WANT, "a", 5));

        assertThat(all()).containsExactlyInAnyOrder(3, 4, 5);
    }

    @Test
    void statesGoBeforeWindows() throws Exception {
        outbox.put(message(MessageKind.TELEMETRY, "", 1));
        outbox.put(message(MessageKind.TELEMETRY, "", 2));
        outbox.put(message(MessageKind.HELLO, "", 3));

        assertThat(all()).containsExactly(3, 1, 2);
    }

    @Test
    void theOldestWindowsAreDroppedWhenThereIsNoConnectionForLong() throws Exception {
        for (int i = 0; i < Outbox.MAX_WINDOWS + 5; i++) {
            outbox.put(message(MessageKind.TELEMETRY, "", i % 100));
        }
        assertThat(outbox.droppedWindows()).isEqualTo(5);
        assertThat(all()).hasSize(Outbox.MAX_WINDOWS).startsWith(5, 6);
    }

    @Test
    void whatCouldNotBeSentComesBackUnlessSomethingNewerIsThere() throws Exception {
        Outgoing first = message(MessageKind.REPORTED, "", 1);
        outbox.giveBack(first);
        assertThat(all()).containsExactly(1);

        outbox.put(message(MessageKind.REPORTED, "", 2));
        outbox.giveBack(first);
        assertThat(all()).containsExactly(2);
    }

    @Test
    void aBlobThatIsNoLongerFollowedIsNotAskedFor() throws Exception {
        outbox.put(message(MessageKind.WANT, "a", 1));
        outbox.drop(MessageKind.WANT, "a");
        assertThat(all()).isEmpty();
    }

    private List<Integer> all() throws InterruptedException {
        List<Integer> taken = new ArrayList<>();
        for (Optional<Outgoing> next = outbox.take(Duration.ZERO);
                next.isPresent();
                next = outbox.take(Duration.ZERO)) {
            taken.add((int) next.get().payload()[0]);
        }
        return taken;
    }

    private static Outgoing message(MessageKind kind, String key, int content) {
        return new Outgoing(kind, key, new byte[] {(byte) content});
    }
}
