package dev.edgewright.agent.device;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Trees of kernel files under {@code src/test/resources/machines}. */
public final class RecordedMachine {
    private RecordedMachine() {}

    public static FileRoots named(String name) {
        try {
            return new FileRoots(Path.of(
                    RecordedMachine.class.getResource("/machines/" + name).toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** A copy whose files a test may change. */
    public static FileRoots copied(String name, Path into) {
        Path from = named(name).root();
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                write(into, from.relativize(file).toString(), Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new FileRoots(into);
    }

    public static void write(Path root, String file, String text) {
        try {
            Path target = root.resolve(file);
            Files.createDirectories(target.getParent());
            Files.writeString(target, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
