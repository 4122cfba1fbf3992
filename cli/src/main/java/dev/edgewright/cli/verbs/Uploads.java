package dev.edgewright.cli.verbs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.cli.output.LiveView;
import dev.edgewright.cli.output.ProgressBar;
import dev.edgewright.cli.output.Words;
import dev.edgewright.cli.remote.Api;
import dev.edgewright.cli.remote.CliFailure;
import dev.edgewright.cli.remote.CliFailure.Exit;
import dev.edgewright.cli.remote.Shell.Session;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Files on their way to the controller. */
public final class Uploads {
    private Uploads() {}

    /** Uploads a file under a progress bar. */
    public static JsonNode send(Session session, String method, String path, String contentType, Path file) {
        long size = size(file);
        try (LiveView view = new LiveView(session.terminal())) {
            boolean show = session.forPeople();
            JsonNode answer = session.api().upload(method, path, contentType, file, sent -> {
                if (show) {
                    view.show(List.of("Uploading " + ProgressBar.of(session.terminal(), sent, size, 30) + " "
                            + Words.bytes(sent) + " of " + Words.bytes(size)));
                }
            });
            view.show(List.of());
            return answer;
        }
    }

    /** Query parameters from name, value, name, value…; those without a value are left out. */
    public static String query(String... pairs) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            parameters.put(pairs[i], pairs[i + 1]);
        }
        return Api.query(parameters);
    }

    /** A zip in a temporary file with every regular file of the folder except ONNX models, which are no data. */
    public static Path zip(Path folder) {
        if (!Files.isRegularFile(folder.resolve("data.yaml"))) {
            throw new CliFailure(
                    Exit.USAGE,
                    "no data.yaml in " + folder,
                    "It says which files are inputs and labels; examples/fashion-mnist/data.yaml is one to start from.");
        }
        try {
            Path zip = Files.createTempFile("edgewright-data", ".zip");
            try (OutputStream file = Files.newOutputStream(zip);
                    ZipOutputStream out = new ZipOutputStream(file);
                    Stream<Path> files = Files.walk(folder)) {
                for (Path path : files.filter(Files::isRegularFile).sorted().toList()) {
                    if (!path.toString().endsWith(".onnx")) {
                        out.putNextEntry(
                                new ZipEntry(folder.relativize(path).toString().replace('\\', '/')));
                        Files.copy(path, out);
                        out.closeEntry();
                    }
                }
            }
            return zip;
        } catch (IOException e) {
            throw new CliFailure(Exit.USAGE, "cannot pack " + folder + ": " + e.getMessage(), "");
        }
    }

    public static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new CliFailure(Exit.USAGE, "cannot read " + file, "Check the path.");
        }
    }
}
