package dev.edgewright.common.artifact;

import dev.edgewright.common.id.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * Content-defined chunking: where to cut depends on the bytes around the cut alone, so that versions of a model share the chunks
 * that they have in common, wherever these moved to.
 *
 * <p>FastCDC: Xia et al., "FastCDC: a Fast and Efficient Content-Defined Chunking Approach for Data Deduplication", USENIX ATC 2016,
 * and "The Design of Fast Content-Defined Chunking for Data Deduplication Based Storage Systems", IEEE TPDS 2020. A gear hash
 * {@code h = (h << 1) + gear[byte]} over 64 bits; no cut before {@link #MIN}; normalised chunking of level 2, that is 18 bits have to
 * be zero up to {@link #AVERAGE} and 14 after it; a cut at {@link #MAX} in any case. The judged bits are the highest ones, which the
 * last 47 to 64 bytes decide. {@code gear[b]} is the first 8 bytes, big-endian, of SHA-256 over {@code "edgewright/v1/gear"} and the
 * byte {@code b}.
 */
public final class FastCdc {

    /** No chunk but the last is shorter. */
    public static final int MIN = 16 * 1024;

    /** Where the cut becomes likelier; the average comes out near it. */
    public static final int AVERAGE = 64 * 1024;

    /** No chunk is longer. */
    public static final int MAX = 256 * 1024;

    static final long MASK_BEFORE_AVERAGE = -1L << (64 - 18);
    static final long MASK_AFTER_AVERAGE = -1L << (64 - 14);

    private static final int BUFFER = 1024 * 1024;
    private static final long[] GEAR = gear();

    /** Takes each chunk as it is found. */
    @FunctionalInterface
    public interface ChunkSink {
        /**
         * @param range where the chunk lies in the blob
         * @param buffer holds its bytes from {@code from}, {@code range.length()} of them; only valid during the call
         */
        void accept(ChunkRange range, byte[] buffer, int from) throws IOException;
    }

    private FastCdc() {}

    /** The chunks of a file, in order, without a gap; none for an empty file. Reads it in pieces of 1 MiB. */
    public static List<ChunkRange> cut(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return cut(in);
        }
    }

    /** The chunks of what is left in the stream; does not close it. */
    public static List<ChunkRange> cut(InputStream in) throws IOException {
        List<ChunkRange> ranges = new ArrayList<>();
        cut(in, (range, buffer, from) -> ranges.add(range));
        return ranges;
    }

    /** Hands each chunk to the sink as it is found; holds 1 MiB at a time. */
    public static void cut(InputStream in, ChunkSink sink) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long offset = 0;
        int from = 0;
        int to = in.readNBytes(buffer, 0, BUFFER);
        while (from < to) {
            if (to - from < MAX && to == BUFFER) {
                System.arraycopy(buffer, from, buffer, 0, to - from);
                to -= from;
                from = 0;
                to += in.readNBytes(buffer, to, BUFFER - to);
            }
            int length = cutPoint(buffer, from, to);
            sink.accept(new ChunkRange(offset, length), buffer, from);
            offset += length;
            from += length;
            if (from == to && to == BUFFER) {
                from = 0;
                to = in.readNBytes(buffer, 0, BUFFER);
            }
        }
    }

    /** Length of the first chunk of {@code buffer[from..to)}, which holds {@link #MAX} bytes or all that is left. */
    private static int cutPoint(byte[] buffer, int from, int to) {
        int length = Math.min(to - from, MAX);
        if (length <= MIN) {
            return length;
        }
        int normal = Math.min(length, AVERAGE);
        long hash = 0;
        int i = MIN;
        for (; i < normal; i++) {
            hash = (hash << 1) + GEAR[buffer[from + i] & 0xff];
            if ((hash & MASK_BEFORE_AVERAGE) == 0) {
                return i + 1;
            }
        }
        for (; i < length; i++) {
            hash = (hash << 1) + GEAR[buffer[from + i] & 0xff];
            if ((hash & MASK_AFTER_AVERAGE) == 0) {
                return i + 1;
            }
        }
        return length;
    }

    private static long[] gear() {
        long[] gear = new long[256];
        byte[] name = "edgewright/v1/gear".getBytes(StandardCharsets.US_ASCII);
        for (int b = 0; b < 256; b++) {
            MessageDigest sha = Digest.sha256();
            sha.update(name);
            sha.update((byte) b);
            gear[b] = ByteBuffer.wrap(sha.digest()).getLong();
        }
        return gear;
    }
}
