package dev.edgewright.agent.power;

import dev.edgewright.agent.device.FileRoots;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Runs {@code vcgencmd pmic_read_adc}; of a recorded tree, reads the file {@code vcgencmd/pmic_read_adc} in its place. */
final class VcgencmdOutput implements Supplier<Optional<String>> {
    private final FileRoots roots;

    VcgencmdOutput(FileRoots roots) {
        this.roots = roots;
    }

    @Override
    public Optional<String> get() {
        if (!roots.live()) {
            return FileRoots.text(roots.root().resolve("vcgencmd/pmic_read_adc"));
        }
        Path command = Path.of("/usr/bin/vcgencmd");
        return Files.isExecutable(command) ? run(command) : Optional.empty();
    }

    private static Optional<String> run(Path command) {
        try {
            Process process = new ProcessBuilder(command.toString(), "pmic_read_adc")
                    .redirectErrorStream(true)
                    .start();
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.empty();
            }
            return Optional.of(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
