package dev.edgewright.benchmarks.selection;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What came of one kind of device.
 *
 * @param oracle of every variant that runs there: its median by that of the original, measured exhaustively
 * @param allowed those that keep the limit on accuracy
 * @param trial chosen after a trial
 * @param prediction chosen before it
 * @param trialMs wall-clock time that the device spent on the trial, loading and profiles included
 * @param exhaustiveMs the same of measuring every variant
 * @param predictedMs before the trial
 */
record Outcome(
        String device,
        Map<String, Double> oracle,
        List<String> allowed,
        String trial,
        String prediction,
        long trialMs,
        long exhaustiveMs,
        Map<String, Double> predictedMs,
        List<String> words) {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** The fastest of those that are allowed. */
    String best() {
        return allowed.stream()
                .filter(oracle::containsKey)
                .min(java.util.Comparator.comparing(oracle::get))
                .orElseThrow();
    }

    /** How much longer it takes than the best one, 0.02 is 2 %; a device that cannot run it, or may not, keeps the original. */
    double regret(String variant) {
        String runs = oracle.containsKey(variant) && allowed.contains(variant) ? variant : "fp32";
        return oracle.get(runs) / oracle.get(best()) - 1;
    }

    boolean floorKept() {
        return allowed.contains(trial);
    }

    void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        JSON.writeValue(folder.resolve(device + ".json").toFile(), this);
    }

    static Optional<Outcome> read(Path folder, String device) throws IOException {
        Path file = folder.resolve(device + ".json");
        return Files.exists(file) ? Optional.of(JSON.readValue(file.toFile(), Outcome.class)) : Optional.empty();
    }

    /** Of all kinds that were evaluated, in their usual order. */
    static List<Outcome> all(Path folder) throws IOException {
        var all = new ArrayList<Outcome>();
        for (DeviceKind kind : DeviceKind.all()) {
            read(folder, kind.name()).ifPresent(all::add);
        }
        return all;
    }
}
