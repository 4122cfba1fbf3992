package dev.edgewright.controller;

import dev.edgewright.common.error.EdgewrightException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The controller's data folder, held by one process at a time. */
final class DataFolder implements AutoCloseable {
    private final Path root;
    private final FileChannel channel;
    private final FileLock lock;

    private DataFolder(Path root, FileChannel channel, FileLock lock) {
        this.root = root;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Makes the folder where it is missing, and locks it. The lock goes with the process, however it ends.
     *
     * @throws EdgewrightException DATA_FOLDER_IN_USE, DATA_FOLDER_UNUSABLE
     */
    static DataFolder open(Path root) {
        try {
            Files.createDirectories(root);
            var channel = FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock;
            try {
                lock = channel.tryLock();
            } catch (OverlappingFileLockException e) {
                lock = null; // another controller in this process
            }
            if (lock == null) {
                channel.close();
                throw EdgewrightException.resource(
                        "DATA_FOLDER_IN_USE",
                        "another controller uses " + root.toAbsolutePath() + "; stop it or give another --data");
            }
            return new DataFolder(root, channel, lock);
        } catch (IOException e) {
            throw EdgewrightException.resource(
                    "DATA_FOLDER_UNUSABLE", "cannot use " + root.toAbsolutePath() + ": " + e.getMessage(), e);
        }
    }

    /** A folder in it, made where it is missing. */
    Path folder(String name) {
        try {
            return Files.createDirectories(root.resolve(name));
        } catch (IOException e) {
            throw EdgewrightException.resource(
                    "DATA_FOLDER_UNUSABLE", "cannot make " + root.resolve(name) + ": " + e.getMessage(), e);
        }
    }

    Path root() {
        return root;
    }

    /** Writes a small text for others to find, such as the port that was taken. */
    void note(String name, String text) {
        try {
            Files.writeString(root.resolve(name), text + System.lineSeparator());
        } catch (IOException e) {
            throw EdgewrightException.resource(
                    "DATA_FOLDER_UNUSABLE", "cannot write " + root.resolve(name) + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try (channel) {
            lock.release();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
