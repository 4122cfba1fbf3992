package dev.edgewright.common.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.edgewright.common.protocol.Decoded.Accepted;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class CodecPropertyTest {

    @Property(tries = 600)
    void every_message_comes_back_as_it_was(@ForAll MessageKind kind, @ForAll long seed) {
        Message message = new SampleMessages(seed).of(kind);
        byte[] bytes = Codec.encode(kind, message, SampleMessages.DEVICE);
        assertThat(Codec.<Message>decode(kind, bytes, SampleMessages.DEVICE)).isEqualTo(new Accepted<>(message));
    }

    @Property(tries = 1000)
    void garbage_is_refused_or_taken_but_never_thrown(@ForAll MessageKind kind, @ForAll byte[] bytes) {
        assertThat(Codec.decode(kind, bytes, SampleMessages.DEVICE)).isNotNull();
    }

    @Property(tries = 2000)
    void a_flipped_bit_or_a_cut_never_throws_and_what_is_taken_can_be_sent_on(
            @ForAll MessageKind kind,
            @ForAll @IntRange(max = 7) int bit,
            @ForAll @IntRange(max = 100_000) int where,
            @ForAll boolean cut,
            @ForAll long seed) {
        byte[] bytes = Codec.encode(kind, new SampleMessages(seed).of(kind), SampleMessages.DEVICE);
        if (bytes.length == 0) {
            return;
        }
        byte[] damaged = java.util.Arrays.copyOf(bytes, cut ? where % bytes.length : bytes.length);
        if (damaged.length > 0) {
            damaged[where % damaged.length] ^= (byte) (1 << bit);
        }
        Decoded<Message> decoded = Codec.decode(kind, damaged, SampleMessages.DEVICE);
        decoded.toOptional()
                .ifPresent(message -> assertThat(Codec.encode(kind, message, SampleMessages.DEVICE))
                        .isNotNull());
    }
}
