package dev.edgewright.common.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ChunkCodecTest {

    @Property(tries = 100)
    void a_chunk_comes_back_as_it_was(@ForAll byte[] plain) {
        byte[] frame = ChunkCodec.compress(plain);
        assertThat(ChunkCodec.decompress(frame, plain.length, Digest.of(plain))).isEqualTo(plain);
    }

    @Property(tries = 400)
    void a_flipped_bit_is_always_noticed(@ForAll long seed, @ForAll @IntRange(max = 1 << 20) int where) {
        byte[] plain = new byte[5000];
        new Random(seed).nextBytes(plain);
        Arrays.fill(plain, 1000, 3000, (byte) 7);
        byte[] frame = ChunkCodec.compress(plain);
        int bit = where % (8 * frame.length);
        frame[bit / 8] ^= (byte) (1 << (bit % 8));
        try {
            assertThat(ChunkCodec.decompress(frame, plain.length, Digest.of(plain)))
                    .as("a bit without meaning may flip, the content may not")
                    .isEqualTo(plain);
        } catch (EdgewrightException e) {
            assertThat(e.code().name()).isEqualTo("CHUNK_CORRUPT");
            assertThat(e.kind().retryable()).isTrue();
        }
    }

    @Test
    void a_frame_that_grows_without_end_stops_at_the_expected_length() {
        byte[] bomb = Zstd.compress(new byte[64 * 1024 * 1024], 3);
        assertThat(bomb.length).isLessThan(10_000);
        corrupt(() -> ChunkCodec.decompress(bomb, 1000, Digest.of(new byte[1000])));
    }

    @Test
    void two_frames_are_not_taken_for_one() {
        byte[] plain = "chunk".getBytes();
        byte[] frame = ChunkCodec.compress(plain);
        byte[] twice = Arrays.copyOf(frame, 2 * frame.length);
        System.arraycopy(frame, 0, twice, frame.length, frame.length);
        corrupt(() -> ChunkCodec.decompress(twice, plain.length, Digest.of(plain)));
    }

    @Test
    void other_content_of_the_right_length_is_corrupt() {
        byte[] frame = ChunkCodec.compress("chunk".getBytes());
        corrupt(() -> ChunkCodec.decompress(frame, 5, Digest.of("CHUNK".getBytes())));
    }

    @Test
    void another_length_is_corrupt() {
        byte[] plain = "chunk".getBytes();
        byte[] frame = ChunkCodec.compress(plain);
        corrupt(() -> ChunkCodec.decompress(frame, 6, Digest.of(plain)));
        corrupt(() -> ChunkCodec.decompress(frame, 4, Digest.of(plain)));
    }

    @Property(tries = 300)
    void garbage_is_corrupt(@ForAll byte[] garbage) {
        corrupt(() -> ChunkCodec.decompress(garbage, 100, Digest.of(new byte[100])));
    }

    /** The bound of a frame on the wire holds for the worst content there is. */
    @Test
    void the_largest_chunk_of_noise_keeps_the_frame_bound() {
        byte[] noise = new byte[FastCdc.MAX];
        new Random(3).nextBytes(noise);
        assertThat(ChunkCodec.compress(noise).length).isLessThan(300 * 1024);
    }

    private static void corrupt(ThrowingCallable action) {
        assertThatThrownBy(action)
                .isInstanceOfSatisfying(
                        EdgewrightException.class,
                        e -> assertThat(e.code().name()).isEqualTo("CHUNK_CORRUPT"));
    }
}
