package dev.edgewright.agent.slot;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.edgewright.common.error.EdgewrightException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;

/** The device's own file system. */
public final class LocalDisk implements Disk {

    @Override
    public void createDirectories(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw failure("make directory", directory, e);
        }
    }

    @Override
    public void replace(Path file, byte[] content) {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(temporary, CREATE, TRUNCATE_EXISTING, WRITE)) {
                writeFully(channel, 0, content);
                channel.force(true);
            }
            Files.move(temporary, file, ATOMIC_MOVE, REPLACE_EXISTING);
            syncDirectory(file.getParent());
        } catch (IOException e) {
            throw failure("write", file, e);
        }
    }

    @Override
    public void rename(Path from, Path to) {
        try {
            Files.move(from, to, ATOMIC_MOVE);
            syncDirectory(to.getParent());
            syncDirectory(from.getParent());
        } catch (IOException e) {
            throw failure("rename " + from.getFileName() + " to", to, e);
        }
    }

    @Override
    public void delete(Path path) {
        if (!Files.exists(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            Files.walkFileTree(path, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw failure("delete", path, e);
        }
    }

    @Override
    public WritableFile open(Path file, long size) {
        try {
            FileChannel channel = FileChannel.open(file, CREATE, READ, WRITE);
            if (channel.size() > size) {
                channel.truncate(size);
            }
            return new OpenFile(file, channel);
        } catch (IOException e) {
            throw failure("open", file, e);
        }
    }

    @Override
    public long usableBytes(Path path) {
        try {
            return Files.getFileStore(path).getUsableSpace();
        } catch (IOException e) {
            throw failure("measure the free space of", path, e);
        }
    }

    private record OpenFile(Path file, FileChannel channel) implements WritableFile {

        @Override
        public void write(long offset, byte[] bytes) {
            try {
                writeFully(channel, offset, bytes);
            } catch (IOException e) {
                throw failure("write", file, e);
            }
        }

        @Override
        public void force() {
            try {
                channel.force(true);
            } catch (IOException e) {
                throw failure("flush", file, e);
            }
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw failure("close", file, e);
            }
        }
    }

    private static void writeFully(FileChannel channel, long offset, byte[] content) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(content);
        long at = offset;
        while (buffer.hasRemaining()) {
            at += channel.write(buffer, at);
        }
    }

    /** A rename is durable only once its directory is (POSIX; opening a directory for reading is enough on Linux). */
    private static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, READ)) {
            channel.force(true);
        }
    }

    private static EdgewrightException failure(String verb, Path path, IOException cause) {
        String words = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        boolean full = words.contains("no space left") || words.contains("quota") || words.contains("file too large");
        String hint = full ? "free space on the device or assign a smaller variant" : "check the device's disk";
        return EdgewrightException.resource(
                full ? "DISK_FULL" : "DISK_FAILED",
                "cannot " + verb + " " + path + ": " + cause.getMessage() + "; " + hint);
    }
}
