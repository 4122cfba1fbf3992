package dev.edgewright.dashboards;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Programs that are not part of the build. */
final class Tools {
    private static final List<String> FOLDERS = List.of("/usr/bin", "/usr/sbin", "/usr/local/bin");

    private Tools() {}

    /**
     * The program; without it the test is left out, or fails where every tool is required.
     *
     * @param checks what the test would have checked
     */
    static Path need(String tool, String checks) {
        Optional<Path> found = FOLDERS.stream()
                .map(folder -> Path.of(folder, tool))
                .filter(Files::isExecutable)
                .findFirst();
        String message = "needs " + tool + ": " + checks;
        if (found.isEmpty() && "true".equals(System.getenv("EDGEWRIGHT_REQUIRE_TOOLS"))) {
            Assertions.fail(message);
        }
        Assumptions.assumeTrue(found.isPresent(), message);
        return found.orElseThrow();
    }

    /** Runs to its end in a folder; its output, or a failure that shows it. */
    static String run(Path folder, List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            Assertions.fail(String.join(" ", command) + " ended with " + process.exitValue() + "\n" + output);
        }
        return output;
    }
}
