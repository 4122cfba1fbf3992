package dev.edgewright.agent.fakes;

import dev.edgewright.agent.slot.Disk;
import dev.edgewright.agent.slot.LocalDisk;
import dev.edgewright.common.error.EdgewrightException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A real disk that ends the process, or runs full, at a chosen change. Around each change there are several moments: before
 * it, in the middle of it (half a temporary file, half a chunk), after it.
 */
public final class FaultyDisk implements Disk {

    private final LocalDisk real = new LocalDisk();
    private int killAt = Integer.MAX_VALUE;
    private int moment;
    private long room = Long.MAX_VALUE;
    private String lastChange = "";

    /** Ends the process at the n-th moment from now. */
    public FaultyDisk killAt(int n) {
        killAt = n;
        moment = 0;
        return this;
    }

    /** Only so many bytes of chunks can be written from now on. */
    public FaultyDisk room(long bytes) {
        room = bytes;
        return this;
    }

    /** How many moments there were. */
    public int moments() {
        return moment;
    }

    public String lastChange() {
        return lastChange;
    }

    @Override
    public void createDirectories(Path directory) {
        moment("making " + directory.getFileName());
        real.createDirectories(directory);
    }

    @Override
    public void replace(Path file, byte[] content) {
        moment("replacing " + file.getFileName());
        if (content.length > room) {
            throw EdgewrightException.resource("DISK_FULL", "cannot write " + file + ": No space left on device");
        }
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        leave(temporary, Arrays.copyOf(content, content.length / 2));
        moment("half written " + temporary.getFileName());
        leave(temporary, content);
        moment("written, not renamed " + temporary.getFileName());
        real.replace(file, content);
        moment("replaced " + file.getFileName());
    }

    @Override
    public void rename(Path from, Path to) {
        moment("renaming to " + to.getFileName());
        real.rename(from, to);
        moment("renamed to " + to.getFileName());
    }

    @Override
    public void delete(Path path) {
        if (!Files.exists(path)) {
            return;
        }
        moment("deleting " + path.getFileName());
        real.delete(path);
        moment("deleted " + path.getFileName());
    }

    @Override
    public WritableFile open(Path file, long size) {
        moment("opening " + file.getFileName());
        return new FaultyFile(file, real.open(file, size));
    }

    @Override
    public long usableBytes(Path path) {
        return Long.MAX_VALUE / 2;
    }

    private final class FaultyFile implements WritableFile {
        private final Path path;
        private final WritableFile real;

        FaultyFile(Path path, WritableFile real) {
            this.path = path;
            this.real = real;
        }

        @Override
        public void write(long offset, byte[] bytes) {
            moment("writing " + path.getFileName());
            if (bytes.length > room) {
                throw EdgewrightException.resource("DISK_FULL", "cannot write " + path + ": No space left on device");
            }
            room -= bytes.length;
            real.write(offset, Arrays.copyOf(bytes, bytes.length / 2));
            moment("half written " + path.getFileName());
            real.write(offset, bytes);
        }

        @Override
        public void force() {
            moment("forcing " + path.getFileName());
            real.force();
        }

        @Override
        public void close() {
            real.close();
        }
    }

    private void moment(String what) {
        lastChange = what;
        if (moment++ == killAt) {
            throw new Killed(what);
        }
    }

    private static void leave(Path file, byte[] content) {
        try {
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
