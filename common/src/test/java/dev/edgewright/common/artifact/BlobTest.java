package dev.edgewright.common.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.ChunkIndex;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file cut on one side and put together on the other. */
class BlobTest {

    @TempDir
    Path folder;

    private byte[] content;
    private Path source;
    private IndexedBlob blob;

    @BeforeEach
    void cut() throws IOException {
        content = new byte[1_500_000];
        new Random(5).nextBytes(content);
        source = Files.write(folder.resolve("source"), content);
        blob = IndexedBlob.index(source, "model.onnx");
    }

    @Test
    void the_index_names_the_content_and_every_chunk() {
        assertThat(blob.digest()).isEqualTo(Digest.of(content));
        assertThat(blob.file().getSize()).isEqualTo(content.length);
        assertThat(blob.file().getChunks()).isEqualTo(blob.chunks()).isGreaterThan(10);
        assertThat(blob.indexDigest()).isEqualTo(Digest.of(blob.encodedIndex()));
        assertThat(blob.file().getIndexSize()).isEqualTo(blob.encodedIndex().length);
        for (int i = 0; i < blob.chunks(); i++) {
            assertThat(blob.chunkDigest(i)).isEqualTo(Digest.of(plain(i)));
        }
    }

    @Test
    void chunks_in_any_order_and_twice_make_the_file() throws IOException {
        Path target = folder.resolve("target");
        try (BlobWriter writer = BlobWriter.open(target, blob)) {
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < blob.chunks(); i++) {
                order.add(i);
            }
            Collections.shuffle(order, new Random(1));
            for (int i : order) {
                assertThat(writer.put(i, ChunkCodec.compress(plain(i)))).isTrue();
                assertThat(writer.put(i, ChunkCodec.compress(plain(i)))).isFalse();
            }
            assertThat(writer.bytesDone()).isEqualTo(content.length);
            writer.finish();
        }
        assertThat(Files.mismatch(source, target)).isEqualTo(-1);
    }

    @Test
    void what_was_written_before_a_crash_is_found_again_and_what_the_disk_lost_is_not() throws IOException {
        Path target = folder.resolve("target");
        try (BlobWriter writer = BlobWriter.open(target, blob)) {
            for (int i : new int[] {0, 3, 7}) {
                writer.put(i, ChunkCodec.compress(plain(i)));
            }
        }
        try (RandomAccessFile file = new RandomAccessFile(target.toFile(), "rw")) {
            file.seek(blob.offsets()[3] + 100);
            file.write(new byte[4096]);
        }
        try (BlobWriter writer = BlobWriter.open(target, blob)) {
            assertThat(writer.missing().cardinality()).isEqualTo(blob.chunks() - 2);
            assertThat(writer.missing().isSet(0)).isFalse();
            assertThat(writer.missing().isSet(3)).isTrue();
            assertThat(writer.missing().isSet(7)).isFalse();
            for (int i = writer.missing().first(); i >= 0; i = writer.missing().first()) {
                writer.putPlain(i, plain(i));
            }
            writer.finish();
        }
        assertThat(Files.mismatch(source, target)).isEqualTo(-1);
    }

    @Test
    void a_damaged_chunk_changes_nothing() throws IOException {
        try (BlobWriter writer = BlobWriter.open(folder.resolve("target"), blob)) {
            byte[] frame = ChunkCodec.compress(plain(1));
            frame[frame.length / 2] ^= 1;
            assertThatThrownBy(() -> writer.put(1, frame)).hasMessageContaining("not what was asked for");
            assertThatThrownBy(() -> writer.putPlain(1, plain(2))).hasMessageContaining("not the digest");
            assertThat(writer.missing()).isEqualTo(ChunkBitmap.all(blob.chunks()));
            assertThatThrownBy(writer::finish).hasMessageContaining("are missing");
        }
    }

    @Test
    void an_index_that_contradicts_its_manifest_is_noticed_at_the_end() throws IOException {
        byte[] other = content.clone();
        other[0] ^= 1;
        IndexedBlob lying = new IndexedBlob(
                blob.file().toBuilder()
                        .setDigest(Digest.of(other).toByteString())
                        .build(),
                blob.index());
        try (BlobWriter writer = BlobWriter.open(folder.resolve("target"), lying)) {
            for (int i = 0; i < blob.chunks(); i++) {
                writer.putPlain(i, plain(i));
            }
            assertThatThrownBy(writer::finish)
                    .isInstanceOfSatisfying(
                            EdgewrightException.class,
                            e -> assertThat(e.code().name()).isEqualTo("BLOB_CORRUPT"));
        }
        assertThatThrownBy(() -> IndexedBlob.of(blob.file(), ChunkIndex.getDefaultInstance()))
                .hasMessageContaining("the index lists 0 chunks");
    }

    @Test
    void a_file_that_was_longer_before_is_cut_to_size() throws IOException {
        Path target = Files.write(folder.resolve("target"), Arrays.copyOf(content, content.length + 999));
        try (BlobWriter writer = BlobWriter.open(target, blob)) {
            assertThat(writer.missing().isEmpty()).isTrue();
            writer.finish();
        }
        assertThat(Files.size(target)).isEqualTo(content.length);
    }

    @Test
    void an_empty_file_is_a_blob_without_chunks() throws IOException {
        IndexedBlob empty = IndexedBlob.index(Files.createFile(folder.resolve("empty")), "empty");
        assertThat(empty.chunks()).isZero();
        assertThat(empty.file().getSize()).isZero();
        assertThat(empty.digest()).isEqualTo(Digest.of(new byte[0]));
    }

    /** So a model of any size passes through one buffer. */
    @Test
    void a_blob_is_read_at_most_one_mebibyte_ahead_of_the_chunk_at_hand() throws IOException {
        long size = 96L * 1000 * 1000;
        Noise noise = new Noise(size);
        long[] seen = new long[1];
        FastCdc.cut(noise, (range, buffer, from) -> {
            assertThat(buffer.length).isLessThanOrEqualTo(1024 * 1024);
            assertThat(size - noise.left - range.offset()).isLessThanOrEqualTo(1024 * 1024);
            seen[0] = range.end();
        });
        assertThat(seen[0]).isEqualTo(size);
    }

    private byte[] plain(int chunk) {
        long[] offsets = blob.offsets();
        return Arrays.copyOfRange(content, (int) offsets[chunk], (int) offsets[chunk + 1]);
    }

    /** Cheap bytes that look random, as many as asked for. */
    private static final class Noise extends InputStream {
        private long left;
        private long state = 88172645463325252L;

        Noise(long size) {
            this.left = size;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] b, int off, int len) {
            if (left == 0) {
                return -1;
            }
            int n = (int) Math.min(left, len);
            for (int i = 0; i < n; i++) {
                state ^= state << 13;
                state ^= state >>> 7;
                state ^= state << 17;
                b[off + i] = (byte) state;
            }
            left -= n;
            return n;
        }
    }
}
