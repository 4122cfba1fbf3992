package dev.edgewright.benchmarks.agent;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Starts child processes with equal flags that hold a model, with and without the agent around it, and reads their resident memory. */
final class ResidentChildren {
    /** Those for a small device: the work is native, so the second compiler brings nothing but its memory. */
    private static final List<String> FLAGS =
            List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xms8m", "-Xmx96m");

    private ResidentChildren() {}

    /** Resident mebibytes of the bare child and of the agent's. */
    record Footprint(double bareMib, double agentMib) {}

    /** @param model empty for a bare JVM without ONNX Runtime, and an agent without a model */
    static Footprint measure(Optional<Path> model, Path folder) throws IOException, InterruptedException {
        return new Footprint(child("bare", model, folder), child("agent", model, folder));
    }

    private static double child(String kind, Optional<Path> model, Path folder)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(FLAGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ResidentChild.class.getName(), kind));
        command.add(folder.toString());
        model.ifPresent(m -> command.add(m.toString()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        double mib = Double.NaN;
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith("resident ")) {
                    mib = Long.parseLong(line.substring(9)) / 1048576.0;
                }
            }
        }
        process.waitFor();
        return mib;
    }
}
