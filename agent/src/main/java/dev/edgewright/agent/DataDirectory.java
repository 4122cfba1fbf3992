package dev.edgewright.agent;

import dev.edgewright.agent.slot.Disk;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The agent's folder, held by one agent at a time.
 *
 * <pre>
 * DATA/lock          held while an agent runs
 * DATA/id            this device's name
 * DATA/serve.port    where the running agent answers
 * DATA/desired.bin   the last desired state that was accepted
 * DATA/updates/ DATA/slots/ DATA/staging/
 * </pre>
 */
final class DataDirectory implements AutoCloseable {

    private final Path path;
    private final Disk disk;
    private final FileChannel channel;
    private final FileLock lock;

    private DataDirectory(Path path, Disk disk, FileChannel channel, FileLock lock) {
        this.path = path;
        this.disk = disk;
        this.channel = channel;
        this.lock = lock;
    }

    /** Throws {@code DATA_IN_USE} (caller) when another agent runs on it. */
    static DataDirectory open(Path path, Disk disk) {
        disk.createDirectories(path);
        try {
            FileChannel channel =
                    FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            Optional<FileLock> lock = tryLock(channel);
            if (lock.isEmpty()) {
                channel.close();
                throw EdgewrightException.caller(
                        "DATA_IN_USE", "another agent runs on " + path + "; give this one a --data of its own");
            }
            return new DataDirectory(path, disk, channel, lock.get());
        } catch (IOException e) {
            throw EdgewrightException.resource("DISK_FAILED", "cannot lock " + path + ": " + e.getMessage(), e);
        }
    }

    Path path() {
        return path;
    }

    /**
     * The name that this folder belongs to: the one kept, else the one given, else a new one.
     *
     * @throws EdgewrightException {@code ID_CONFLICT} (caller) when another is kept than given
     */
    DeviceId identity(Optional<String> given, RandomGenerator random) {
        Path file = path.resolve("id");
        try {
            if (Files.exists(file)) {
                DeviceId kept = new DeviceId(
                        Files.readString(file, StandardCharsets.UTF_8).strip());
                if (given.isPresent() && !given.get().equals(kept.value())) {
                    throw EdgewrightException.caller(
                            "ID_CONFLICT",
                            path + " belongs to device " + kept + ", not to " + given.get() + "; use another --data");
                }
                return kept;
            }
        } catch (IOException e) {
            throw EdgewrightException.resource("DISK_FAILED", "cannot read " + file + ": " + e.getMessage(), e);
        }
        DeviceId id = new DeviceId(given.orElseGet(() -> "device-" + Long.toHexString(random.nextLong() | 1L << 63)));
        disk.replace(file, (id.value() + "\n").getBytes(StandardCharsets.UTF_8));
        return id;
    }

    void writeServePort(int port) {
        disk.replace(path.resolve("serve.port"), (port + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() {
        disk.delete(path.resolve("serve.port"));
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw EdgewrightException.resource("DISK_FAILED", "cannot unlock " + path + ": " + e.getMessage(), e);
        }
    }

    private static Optional<FileLock> tryLock(FileChannel channel) throws IOException {
        try {
            return Optional.ofNullable(channel.tryLock());
        } catch (OverlappingFileLockException e) {
            return Optional.empty();
        }
    }
}
