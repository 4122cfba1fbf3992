package dev.edgewright.agent.device;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the kernel's files are: {@code /} on a device, a recorded tree in a test or a replay.
 *
 * @param root the folder that holds {@code proc} and {@code sys}
 */
public record FileRoots(Path root) {
    /** The running machine. */
    public static final FileRoots LIVE = new FileRoots(Path.of("/"));

    public Path proc() {
        return root.resolve("proc");
    }

    public Path sys() {
        return root.resolve("sys");
    }

    /** Whether this is the running machine, so that what no file says may be asked of the system. */
    public boolean live() {
        return root.equals(LIVE.root);
    }

    /** A small file's text without the white space and zero bytes around it; empty when it is missing, unreadable or empty. */
    public static Optional<String> text(Path file) {
        try {
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .replace("\0", "")
                    .strip();
            return text.isEmpty() ? Optional.empty() : Optional.of(text);
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** A file that holds one whole number; empty when it does not. */
    public static Optional<Long> number(Path file) {
        try {
            return text(file).map(Long::parseLong);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
