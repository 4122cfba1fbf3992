package dev.edgewright.training.chain;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Image segments by 18 numbers, 7 classes (Statlog, as the Debian package weka has it: 1,500 samples, and 810 for testing). Taken from the
 * installed package or from target/test-data; else the package is downloaded, unpacked beside, and not installed.
 */
final class SegmentData {

    private static final Path INSTALLED = Path.of("/usr/share/doc/weka/examples");
    private static final Path KEPT = Path.of("target", "test-data");
    private static final String TRAIN = "segment-challenge.arff";
    private static final String TEST = "segment-test.arff";
    private static final String TRAIN_SHA = "f83454c706ab4ebabe66673975bec8de15925bdb448d475da2a26aad06694cff";
    private static final String TEST_SHA = "11ff8dd597fe939cf6b66ec21f01c64e16318524d3b54e58e5b86fed5340ed18";

    private SegmentData() {}

    /** Writes train.csv, test.csv and a data.yaml with splits train, validation and test; leaves the test out when there is no way to the data. */
    static void write(Path folder) throws IOException, InterruptedException {
        Path from = Stream.of(INSTALLED, KEPT)
                .filter(place -> Files.isReadable(place.resolve(TRAIN)) && Files.isReadable(place.resolve(TEST)))
                .findFirst()
                .orElseGet(SegmentData::downloaded);
        if (from == null) {
            String needs = "needs weka (its examples, or apt-get download): the MLP on segment through the whole chain";
            if ("true".equals(System.getenv("EDGEWRIGHT_REQUIRE_TOOLS"))) {
                fail(needs);
            }
            Assumptions.abort(needs);
        }
        List<String> header = csv(from.resolve(TRAIN), TRAIN_SHA, folder.resolve("train.csv"));
        csv(from.resolve(TEST), TEST_SHA, folder.resolve("test.csv"));
        // The number of pixels is 9 in every sample.
        List<String> columns = header.stream()
                .filter(name -> !name.equals("class") && !name.equals("region-pixel-count"))
                .toList();
        Files.writeString(folder.resolve("data.yaml"), """
                inputs: {segment: {csv: train.csv, columns: [%s], standardise: train}}
                labels: {csv: train.csv, column: class}
                splits:
                  train: 0..1200
                  validation: 1200..1500
                  calibration: 0..512
                  test: {files: {segment: test.csv, labels: test.csv}, range: 0..810}
                """.formatted(String.join(", ", columns)));
    }

    private static Path downloaded() {
        try {
            Files.createDirectories(KEPT);
            Path work = Files.createTempDirectory("weka");
            Process process = new ProcessBuilder(
                            "sh",
                            "-c",
                            "apt-get download -q weka && dpkg-deb --fsys-tarfile weka_*.deb | tar x --wildcards '*segment-*.arff'")
                    .directory(work.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(work.resolve("log").toFile())
                    .start();
            boolean done = process.waitFor(90, TimeUnit.SECONDS) && process.exitValue() == 0;
            process.destroyForcibly();
            for (String name : List.of(TRAIN, TEST)) {
                Path file = work.resolve("usr/share/doc/weka/examples").resolve(name);
                if (!done || !Files.exists(file)) {
                    return null;
                }
                Files.copy(file, KEPT.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
            return KEPT;
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /** An ARFF file of numbers and one class as CSV, with a header; gives the names of its columns. */
    private static List<String> csv(Path arff, String sha, Path csv) throws IOException {
        byte[] bytes = Files.readAllBytes(arff);
        try {
            String got = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
            if (!got.equals(sha)) {
                fail(arff + " has SHA-256 " + got + ", not " + sha);
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        List<String> names = new ArrayList<>();
        List<String> rows = new ArrayList<>();
        for (String line : new String(bytes, StandardCharsets.UTF_8).lines().toList()) {
            String lower = line.strip().toLowerCase(Locale.ROOT);
            if (lower.startsWith("@attribute")) {
                names.add(line.strip().split("\\s+")[1].replace("'", ""));
            } else if (!lower.isEmpty() && !lower.startsWith("%") && !lower.startsWith("@")) {
                rows.add(line.strip());
            }
        }
        Files.writeString(csv, String.join(",", names) + "\n" + String.join("\n", rows) + "\n");
        return names;
    }
}
