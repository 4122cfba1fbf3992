package dev.edgewright.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files of this checkout that the tests read. */
final class Checkout {
    static final Path ROOT = Path.of(System.getProperty("edgewright.root"));
    static final Path RULES = ROOT.resolve("dashboards").resolve("prometheus");

    private Checkout() {}

    static List<Dashboard> dashboards() {
        return files(ROOT.resolve("dashboards").resolve("grafana"), ".json").stream()
                .map(file -> new Dashboard(file.getFileName().toString(), json(file)))
                .toList();
    }

    static List<Path> files(Path folder, String suffix) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(suffix)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode json(Path file) {
        return read(new ObjectMapper(), file);
    }

    static JsonNode yaml(Path file) {
        return read(new YAMLMapper(), file);
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode read(ObjectMapper mapper, Path file) {
        try {
            return mapper.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
