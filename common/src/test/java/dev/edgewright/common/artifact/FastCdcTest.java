package dev.edgewright.common.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.common.id.Digest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class FastCdcTest {

    private static final int MIB = 1024 * 1024;

    @Property(tries = 60)
    void chunks_follow_each_other_and_make_up_the_content(
            @ForAll @IntRange(max = 3 * MIB) int size, @ForAll long seed, @ForAll @IntRange(max = 3) int kind)
            throws IOException {
        byte[] content = content(kind, size, seed);
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        FastCdc.cut(new ByteArrayInputStream(content), (range, buffer, from) -> {
            assertThat(range.offset()).isEqualTo(joined.size());
            joined.write(buffer, from, range.length());
        });
        assertThat(Arrays.equals(joined.toByteArray(), content)).isTrue();
    }

    @Property(tries = 60)
    void every_chunk_but_the_last_keeps_the_bounds(
            @ForAll @IntRange(max = 3 * MIB) int size, @ForAll long seed, @ForAll @IntRange(max = 3) int kind)
            throws IOException {
        List<ChunkRange> ranges = FastCdc.cut(new ByteArrayInputStream(content(kind, size, seed)));
        for (int i = 0; i < ranges.size(); i++) {
            assertThat(ranges.get(i).length()).isLessThanOrEqualTo(FastCdc.MAX);
            if (i < ranges.size() - 1) {
                assertThat(ranges.get(i).length()).isGreaterThan(FastCdc.MIN);
            }
        }
    }

    @Property(tries = 20)
    void the_cuts_depend_on_the_content_alone_not_on_how_it_is_read(
            @ForAll @IntRange(min = 1, max = 70_000) int pieces, @ForAll long seed) throws IOException {
        byte[] content = content(0, 2 * MIB + 17, seed);
        assertThat(FastCdc.cut(new InPieces(content, pieces)))
                .isEqualTo(FastCdc.cut(new ByteArrayInputStream(content)));
    }

    @Property(tries = 20)
    void an_insertion_near_the_start_changes_only_the_chunks_around_it(
            @ForAll @IntRange(min = 1, max = 5000) int inserted,
            @ForAll @IntRange(max = 40_000) int at,
            @ForAll long seed)
            throws IOException {
        byte[] before = content(0, 4 * MIB, seed);
        ByteArrayOutputStream after = new ByteArrayOutputStream();
        after.write(before, 0, at);
        after.write(content(0, inserted, ~seed));
        after.write(before, at, before.length - at);
        Set<Digest> held = Set.copyOf(digests(before));
        List<Digest> wanted = digests(after.toByteArray());
        long fresh = wanted.stream().filter(chunk -> !held.contains(chunk)).count();
        assertThat(fresh).isBetween(1L, 6L);
        assertThat(wanted.size()).isGreaterThan(30);
    }

    @Test
    void the_average_chunk_of_random_content_is_near_the_target() throws IOException {
        int size = 24 * MIB;
        int chunks = FastCdc.cut(new ByteArrayInputStream(content(0, size, 7))).size();
        assertThat(size / chunks).isBetween(56 * 1024, 84 * 1024);
    }

    @Test
    void an_empty_blob_has_no_chunks() throws IOException {
        assertThat(FastCdc.cut(InputStream.nullInputStream())).isEmpty();
    }

    /** Whoever changes the gear table, the masks or the bounds makes every stored chunk worthless: this test says so first. */
    @Test
    void the_cuts_of_a_known_content_stay_where_they_are() throws IOException {
        assertThat(FastCdc.cut(new ByteArrayInputStream(content(0, 512 * 1024, 42))).stream()
                        .map(ChunkRange::length))
                .containsExactly(84996, 68927, 23174, 74292, 94676, 33901, 90900, 53422);
    }

    private static List<Digest> digests(byte[] content) throws IOException {
        return FastCdc.cut(new ByteArrayInputStream(content)).stream()
                .map(range -> Digest.of(Arrays.copyOfRange(content, (int) range.offset(), (int) range.end())))
                .collect(Collectors.toList());
    }

    /** 0 random, 1 zeros, 2 a short period, 3 runs. */
    private static byte[] content(int kind, int size, long seed) {
        byte[] content = new byte[size];
        Random random = new Random(seed);
        switch (kind) {
            case 0 -> random.nextBytes(content);
            case 1 -> Arrays.fill(content, (byte) 0);
            case 2 -> {
                for (int i = 0; i < size; i++) {
                    content[i] = (byte) (i % 37);
                }
            }
            default -> {
                for (int i = 0; i < size; ) {
                    int end = Math.min(size, i + 1 + random.nextInt(9000));
                    Arrays.fill(content, i, end, (byte) random.nextInt());
                    i = end;
                }
            }
        }
        return content;
    }

    /** Gives out few bytes at a time, as a socket does. */
    private static final class InPieces extends InputStream {
        private final ByteArrayInputStream in;
        private final int pieces;

        InPieces(byte[] content, int pieces) {
            this.in = new ByteArrayInputStream(content);
            this.pieces = pieces;
        }

        @Override
        public int read() {
            return in.read();
        }

        @Override
        public int read(byte[] b, int off, int len) {
            return in.read(b, off, Math.min(len, pieces));
        }
    }
}
