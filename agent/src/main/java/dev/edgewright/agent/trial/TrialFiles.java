package dev.edgewright.agent.trial;

import dev.edgewright.agent.slot.Disk;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.TrialReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What of trials survives a restart, under {@code DATA/trials}: the state that was accepted ({@code trial.bin}), the results
 * ({@code report.bin}), and which candidate is being measured this moment ({@code attempt}: digest and how many tries), so
 * that one that kills the process is not tried for ever. A file that cannot be read counts as absent.
 */
final class TrialFiles {

    private final Path state;
    private final Path report;
    private final Path attempt;
    private final Disk disk;

    TrialFiles(Path folder, Disk disk) {
        this.disk = disk;
        disk.createDirectories(folder);
        this.state = folder.resolve("trial.bin");
        this.report = folder.resolve("report.bin");
        this.attempt = folder.resolve("attempt");
    }

    Optional<byte[]> state() {
        return read(state);
    }

    void writeState(byte[] signed) {
        disk.replace(state, signed);
    }

    TrialReport report() {
        try {
            var bytes = read(report);
            return bytes.isPresent() ? TrialReport.parseFrom(bytes.get()) : TrialReport.getDefaultInstance();
        } catch (IOException e) {
            return TrialReport.getDefaultInstance();
        }
    }

    void writeReport(TrialReport value) {
        disk.replace(report, value.toByteArray());
    }

    /** How often measuring this candidate was begun and never ended. */
    int unfinished(Digest candidate) {
        String[] words = read(attempt)
                .map(bytes ->
                        new String(bytes, StandardCharsets.US_ASCII).strip().split(" "))
                .orElse(new String[0]);
        try {
            return words.length == 2 && words[0].equals(candidate.hex()) ? Integer.parseInt(words[1]) : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    void begin(Digest candidate) {
        String line = candidate.hex() + " " + (unfinished(candidate) + 1) + "\n";
        disk.replace(attempt, line.getBytes(StandardCharsets.US_ASCII));
    }

    void end() {
        disk.delete(attempt);
    }

    private static Optional<byte[]> read(Path file) {
        try {
            return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
