package dev.edgewright.controller.catalog;

import dev.edgewright.common.error.EdgewrightException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Folders in which trainings work, one for each model, data, recipe and seed. What was trained is not trained again, and what a cancelled
 * or killed job had trained so far is gone on from by the next one. The folders used longest ago go when the limit is passed.
 */
public final class TrainingCache {

    private final Path root;
    private final long maxBytes;
    private final ConcurrentHashMap<String, ReentrantLock> locks = new ConcurrentHashMap<>();

    /** @param maxBytes on disk, over all folders; the one in use is never taken away */
    public TrainingCache(Path root, long maxBytes) {
        this.root = root;
        this.maxBytes = maxBytes;
    }

    /**
     * Works in the folder of a key; a second worker with the same key waits, and finds what the first made.
     *
     * @param key all that the result depends on
     * @param cancelled ends the waiting
     * @throws EdgewrightException CANCELLED while waiting, JOB_IO when there is no folder to be had
     */
    <T> T within(String key, BooleanSupplier cancelled, Function<Path, T> work) {
        String name = dev.edgewright.common.id.Digest.of(key.getBytes(StandardCharsets.UTF_8))
                .shortHex();
        ReentrantLock lock = locks.computeIfAbsent(name, one -> new ReentrantLock());
        acquire(lock, cancelled);
        try {
            Path folder = root.resolve(name);
            Files.createDirectories(folder);
            // What was used last is what was written last.
            Files.writeString(folder.resolve("key"), key);
            T result = work.apply(folder);
            shrink(name);
            return result;
        } catch (IOException e) {
            throw EdgewrightException.resource("JOB_IO", "cannot work in " + root + ": " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    private static void acquire(ReentrantLock lock, BooleanSupplier cancelled) {
        try {
            while (!lock.tryLock(1, TimeUnit.SECONDS)) {
                if (cancelled.getAsBoolean()) {
                    throw EdgewrightException.caller("CANCELLED", "cancelled while another job trained the same");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw EdgewrightException.caller("CANCELLED", "interrupted while another job trained the same");
        }
    }

    private void shrink(String inUse) throws IOException {
        List<Path> oldestFirst;
        try (Stream<Path> folders = Files.list(root)) {
            oldestFirst = folders.filter(Files::isDirectory)
                    .sorted(Comparator.comparing(TrainingCache::lastUse))
                    .toList();
        }
        long bytes = 0;
        for (Path folder : oldestFirst) {
            bytes += size(folder);
        }
        for (Path folder : oldestFirst) {
            ReentrantLock lock = locks.computeIfAbsent(folder.getFileName().toString(), one -> new ReentrantLock());
            if (bytes > maxBytes && !folder.getFileName().toString().equals(inUse) && lock.tryLock()) {
                try {
                    bytes -= size(folder);
                    delete(folder);
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    private static java.nio.file.attribute.FileTime lastUse(Path folder) {
        try {
            return Files.getLastModifiedTime(folder.resolve("key"));
        } catch (IOException e) {
            return java.nio.file.attribute.FileTime.fromMillis(0);
        }
    }

    private static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
