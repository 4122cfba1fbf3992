package dev.edgewright.agent.slot;

import java.nio.file.Path;

/**
 * Every change the agent makes to its disk, as the few operations whose outcome after a power cut is known.
 *
 * <p>Each method throws {@link dev.edgewright.common.error.EdgewrightException} of kind RESOURCE: {@code DISK_FULL} when
 * there is no room (quota and file size limit included), {@code DISK_FAILED} for the rest. Reading goes through
 * {@code java.nio.file.Files} directly: it changes nothing.
 */
public interface Disk {

    /** Makes a directory and its missing parents; nothing happens when it is there. */
    void createDirectories(Path directory);

    /**
     * Replaces a whole file so that a reader, now or after a power cut, sees the old or the new content and nothing
     * between: write beside it, fsync, rename over it, fsync the directory.
     */
    void replace(Path file, byte[] content);

    /** Renames a directory or file within one file system, durably. The target must not exist. */
    void rename(Path from, Path to);

    /** Removes a file or a whole tree; nothing happens when it is absent. */
    void delete(Path path);

    /** Opens a file of a known final size for writing at any place; makes it when it is absent, keeps what it holds. */
    WritableFile open(Path file, long size);

    /** Bytes that may still be written under this path. */
    long usableBytes(Path path);

    /** A file open for writing at any place. */
    interface WritableFile extends AutoCloseable {

        /** Writes all bytes at an offset; durable only after {@link #force()}. */
        void write(long offset, byte[] bytes);

        /** Returns once everything written is on the medium. */
        void force();

        @Override
        void close();
    }
}
