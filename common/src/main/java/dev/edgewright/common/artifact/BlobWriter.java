package dev.edgewright.common.artifact;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Puts a blob together from chunks that come in any order, in a file that may hold some of them already. Opening reads what is there
 * and believes only what has the right digest, so a crash at any moment costs at most the chunks that were in flight. Not thread-safe.
 */
public final class BlobWriter implements AutoCloseable {

    private final IndexedBlob blob;
    private final long[] offsets;
    private final FileChannel channel;
    private final Path path;
    private final ChunkBitmap missing;

    private BlobWriter(IndexedBlob blob, Path path, FileChannel channel) {
        this.blob = blob;
        this.offsets = blob.offsets();
        this.channel = channel;
        this.path = path;
        this.missing = ChunkBitmap.all(blob.chunks());
    }

    /** Opens or creates the file, and finds the chunks that it holds. */
    public static BlobWriter open(Path path, IndexedBlob blob) throws IOException {
        FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            BlobWriter writer = new BlobWriter(blob, path, channel);
            writer.findHeld();
            return writer;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Takes a chunk as it came: unpacks, checks and writes it. A chunk that is here already is checked and otherwise ignored.
     *
     * @return whether it was missing before
     * @throws EdgewrightException {@code CHUNK_CORRUPT} (transient); nothing was written
     */
    public boolean put(int chunk, byte[] frame) throws IOException {
        byte[] plain = ChunkCodec.decompress(frame, blob.chunkLength(chunk), blob.chunkDigest(chunk));
        return write(chunk, plain);
    }

    /** Takes the plain bytes of a chunk that another file here holds. */
    public boolean putPlain(int chunk, byte[] plain) throws IOException {
        if (!Digest.of(plain).equals(blob.chunkDigest(chunk))) {
            throw EdgewrightException.transient_(
                    "CHUNK_CORRUPT", "chunk " + chunk + " has not the digest of the index");
        }
        return write(chunk, plain);
    }

    /** The chunks still to come; a copy. */
    public ChunkBitmap missing() {
        return missing.copy();
    }

    /** Plain bytes that are here. */
    public long bytesDone() {
        long done = 0;
        for (int i = 0; i < blob.chunks(); i++) {
            done += missing.isSet(i) ? 0 : blob.chunkLength(i);
        }
        return done;
    }

    /**
     * Forces the file to disk and checks it as a whole.
     *
     * @throws EdgewrightException {@code BLOB_INCOMPLETE} (bug) while chunks are missing, {@code BLOB_CORRUPT} (caller) where every
     *     chunk has its digest but the whole has not: the manifest and its index contradict each other
     */
    public void finish() throws IOException {
        if (!missing.isEmpty()) {
            throw EdgewrightException.bug("BLOB_INCOMPLETE", missing + " are missing in " + path);
        }
        channel.truncate(blob.file().getSize());
        channel.force(true);
        Digest actual = Digest.of(path);
        if (!actual.equals(blob.digest())) {
            throw EdgewrightException.caller(
                    "BLOB_CORRUPT",
                    path + " has digest " + actual.shortHex() + ", the manifest says "
                            + blob.digest().shortHex());
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private boolean write(int chunk, byte[] plain) throws IOException {
        if (!missing.isSet(chunk)) {
            return false;
        }
        ByteBuffer buffer = ByteBuffer.wrap(plain);
        while (buffer.hasRemaining()) {
            channel.write(buffer, offsets[chunk] + buffer.position());
        }
        missing.clear(chunk);
        return true;
    }

    private void findHeld() throws IOException {
        long size = channel.size();
        for (int i = 0; i < blob.chunks() && offsets[i + 1] <= size; i++) {
            ByteBuffer buffer = ByteBuffer.allocate(blob.chunkLength(i));
            while (buffer.hasRemaining() && channel.read(buffer, offsets[i] + buffer.position()) >= 0) {
                // read on
            }
            if (!buffer.hasRemaining() && Digest.of(buffer.array()).equals(blob.chunkDigest(i))) {
                missing.clear(i);
            }
        }
    }
}
