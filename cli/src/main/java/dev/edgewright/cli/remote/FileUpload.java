package dev.edgewright.cli.remote;

import dev.edgewright.cli.remote.CliFailure.Exit;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/** A request body that is a file, told apart from {@link BodyPublishers#ofFile} by saying how far it is. */
final class FileUpload {
    private FileUpload() {}

    static BodyPublisher of(Path file, LongConsumer sent) {
        long length;
        try {
            length = Files.size(file);
        } catch (IOException e) {
            throw new CliFailure(Exit.USAGE, "cannot read " + file, "Check the path.");
        }
        if (length == 0) {
            sent.accept(0);
            return BodyPublishers.noBody();
        }
        return BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> open(file, sent)), length);
    }

    private static InputStream open(Path file, LongConsumer sent) {
        try {
            return new Counted(Files.newInputStream(file), sent);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Counted extends FilterInputStream {
        private final LongConsumer sent;
        private long total;

        Counted(InputStream in, LongConsumer sent) {
            super(in);
            this.sent = sent;
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            count(value < 0 ? -1 : 1);
            return value;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int count = super.read(buffer, offset, length);
            count(count);
            return count;
        }

        private void count(int bytes) {
            if (bytes > 0) {
                total += bytes;
                sent.accept(total);
            }
        }
    }
}
