package dev.edgewright.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The committed data is what its program cuts out of the full set. */
class ExampleDataIT {
    private static final Path FULL = Path.of("/usr/share/datasets/fashion-mnist");
    private static final Path EXAMPLE = Path.of(System.getProperty("edgewright.root"), "examples", "fashion-mnist");

    @Test
    void theProgramMakesTheCommittedFilesAgain(@TempDir Path folder) throws IOException, InterruptedException {
        String message = "needs dataset-fashion-mnist: the example's data is what its program cuts out of the full set";
        boolean there = Files.isRegularFile(FULL.resolve("train-images-idx3-ubyte.gz"));
        if (!there && "true".equals(System.getenv("EDGEWRIGHT_REQUIRE_TOOLS"))) {
            Assertions.fail(message);
        }
        Assumptions.assumeTrue(there, message);

        Process program = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        EXAMPLE.resolve("MakeSubset.java").toString(),
                        FULL.toString(),
                        folder.toString())
                .inheritIO()
                .start();

        assertThat(program.waitFor()).isZero();
        for (String file : List.of(
                "train-images.idx3-ubyte.gz",
                "train-labels.idx1-ubyte.gz",
                "test-images.idx3-ubyte.gz",
                "test-labels.idx1-ubyte.gz")) {
            assertThat(unzipped(folder.resolve(file))).as(file).isEqualTo(unzipped(EXAMPLE.resolve(file)));
        }
    }

    private static byte[] unzipped(Path file) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return in.readAllBytes();
        }
    }
}
