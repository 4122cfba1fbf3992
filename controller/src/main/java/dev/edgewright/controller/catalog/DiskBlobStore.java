package dev.edgewright.controller.catalog;

import dev.edgewright.common.artifact.ChunkCodec;
import dev.edgewright.common.artifact.IndexedBlob;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.ChunkIndex;
import dev.edgewright.common.protocol.v1.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Blobs as files named by their SHA-256, with their chunk index beside them: {@code blobs/ab/abcd...}, {@code index/ab/abcd...}
 * (by the blob's digest) and {@code blobs/cd/cdef...} for the index itself, which devices fetch like a blob of one chunk.
 *
 * <p>A file appears under its name only when it is whole and on the disk (write aside, fsync, rename, fsync of the folder). Chunks
 * are compressed when they are first asked for; the last ones stay in memory.
 */
public final class DiskBlobStore implements BlobStore {

    private final Path blobs;
    private final Path indexes;
    private final Path fresh;
    private final FrameCache frames;
    private final Map<Digest, Layout> layouts = new ConcurrentHashMap<>();

    /** Where each chunk begins; {@code offsets[chunks]} is the size. */
    private record Layout(ChunkIndex index, long[] offsets) {}

    /**
     * @param root created when it is missing
     * @param cacheBytes of compressed chunks kept in memory
     */
    public DiskBlobStore(Path root, long cacheBytes) {
        this.blobs = root.resolve("blobs");
        this.indexes = root.resolve("index");
        this.fresh = root.resolve("fresh");
        this.frames = new FrameCache(cacheBytes);
        try {
            Files.createDirectories(blobs);
            Files.createDirectories(indexes);
            Files.createDirectories(fresh);
        } catch (IOException e) {
            throw EdgewrightException.resource("BLOB_STORE", "cannot create the blob store in " + root, e);
        }
    }

    @Override
    public File put(Path source, String name) {
        try {
            IndexedBlob indexed = IndexedBlob.index(source, name);
            Digest digest = indexed.digest();
            if (!Files.exists(file(blobs, digest))) {
                Path copy = Files.createTempFile(fresh, "blob-", "");
                Files.copy(source, copy, StandardCopyOption.REPLACE_EXISTING);
                if (!Digest.of(copy).equals(digest)) {
                    Files.delete(copy);
                    throw EdgewrightException.transient_(
                            "BLOB_CHANGED", source + " was changed while it was stored; try again");
                }
                publish(copy, file(blobs, digest));
            }
            // The index is written after its blob: whoever sees an index finds the blob.
            write(indexed.encodedIndex(), file(blobs, indexed.indexDigest()));
            write(indexed.encodedIndex(), file(indexes, digest));
            return indexed.file();
        } catch (IOException e) {
            throw EdgewrightException.resource("BLOB_STORE", "cannot store " + name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public OptionalInt chunks(Digest blob) {
        var layout = layout(blob);
        if (layout.isPresent()) {
            return OptionalInt.of(layout.get().index().getChunksCount());
        }
        return Files.exists(file(blobs, blob)) ? OptionalInt.of(1) : OptionalInt.empty();
    }

    @Override
    public Optional<ChunkIndex> index(Digest blob) {
        return layout(blob).map(Layout::index);
    }

    @Override
    public byte[] openChunk(Digest blob, int chunk) {
        return frames.get(blob, chunk).orElseGet(() -> {
            byte[] frame = ChunkCodec.compress(plainChunk(blob, chunk));
            frames.put(blob, chunk, frame);
            return frame;
        });
    }

    private byte[] plainChunk(Digest blob, int chunk) {
        int count = chunks(blob).orElseThrow(() -> notFound(blob));
        if (chunk < 0 || chunk >= count) {
            throw EdgewrightException.caller(
                    "CHUNK_NOT_FOUND", "blob " + blob.shortHex() + " has chunks 0.." + (count - 1) + ", not " + chunk);
        }
        var layout = layout(blob);
        try (var channel = FileChannel.open(file(blobs, blob), StandardOpenOption.READ)) {
            long from = layout.map(l -> l.offsets()[chunk]).orElse(0L);
            long to = layout.isPresent() ? layout.get().offsets()[chunk + 1] : channel.size();
            var plain = ByteBuffer.allocate(Math.toIntExact(to - from));
            while (plain.hasRemaining() && channel.read(plain, from + plain.position()) >= 0) {
                // read on
            }
            return plain.array();
        } catch (IOException e) {
            throw EdgewrightException.resource("BLOB_STORE", "cannot read blob " + blob.shortHex(), e);
        }
    }

    @Override
    public SeekableByteChannel openBlob(Digest blob) {
        try {
            return Files.newByteChannel(path(blob).orElseThrow(() -> notFound(blob)), StandardOpenOption.READ);
        } catch (IOException e) {
            throw EdgewrightException.resource("BLOB_STORE", "cannot open blob " + blob.shortHex(), e);
        }
    }

    @Override
    public OptionalLong size(Digest blob) {
        try {
            var path = path(blob);
            return path.isPresent() ? OptionalLong.of(Files.size(path.get())) : OptionalLong.empty();
        } catch (IOException e) {
            throw EdgewrightException.resource("BLOB_STORE", "cannot read blob " + blob.shortHex(), e);
        }
    }

    @Override
    public Optional<Path> path(Digest blob) {
        return Optional.of(file(blobs, blob)).filter(Files::exists);
    }

    private Optional<Layout> layout(Digest blob) {
        var known = layouts.get(blob);
        if (known != null) {
            return Optional.of(known);
        }
        Path file = file(indexes, blob);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            var index = ChunkIndex.parseFrom(Files.readAllBytes(file));
            long[] offsets = new long[index.getChunksCount() + 1];
            for (int i = 0; i < index.getChunksCount(); i++) {
                offsets[i + 1] = offsets[i] + index.getChunks(i).getLength();
            }
            var layout = new Layout(index, offsets);
            layouts.put(blob, layout);
            return Optional.of(layout);
        } catch (IOException e) {
            throw EdgewrightException.resource("BLOB_STORE", "cannot read the index of " + blob.shortHex(), e);
        }
    }

    private void write(byte[] content, Path to) throws IOException {
        if (Files.exists(to)) {
            return;
        }
        Path copy = Files.createTempFile(fresh, "index-", "");
        Files.write(copy, content);
        publish(copy, to);
    }

    private static void publish(Path whole, Path name) throws IOException {
        try (var channel = FileChannel.open(whole, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.createDirectories(name.getParent());
        Files.move(whole, name, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (var folder = FileChannel.open(name.getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    private static Path file(Path root, Digest digest) {
        return root.resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
    }

    private static EdgewrightException notFound(Digest blob) {
        return EdgewrightException.caller("BLOB_NOT_FOUND", "there is no blob " + blob.hex());
    }

    /** Compressed chunks used last, up to a number of bytes. */
    private static final class FrameCache {
        private final long limit;
        private final LinkedHashMap<Key, byte[]> frames = new LinkedHashMap<>(64, 0.75f, true);
        private long bytes;

        private record Key(Digest blob, int chunk) {}

        FrameCache(long limit) {
            this.limit = limit;
        }

        synchronized Optional<byte[]> get(Digest blob, int chunk) {
            return Optional.ofNullable(frames.get(new Key(blob, chunk)));
        }

        synchronized void put(Digest blob, int chunk, byte[] frame) {
            byte[] old = frames.put(new Key(blob, chunk), frame);
            bytes += frame.length - (old == null ? 0 : old.length);
            Iterator<Map.Entry<Key, byte[]>> eldest = frames.entrySet().iterator();
            while (bytes > limit && frames.size() > 1 && eldest.hasNext()) {
                bytes -= eldest.next().getValue().length;
                eldest.remove();
            }
        }
    }
}
