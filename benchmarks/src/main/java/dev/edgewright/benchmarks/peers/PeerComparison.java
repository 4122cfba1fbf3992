package dev.edgewright.benchmarks.peers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.edgewright.compression.CompressionSettings;
import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.evaluation.AccuracyResult;
import dev.edgewright.compression.evaluation.Evaluator;
import dev.edgewright.compression.runtime.LatencyMeter;
import dev.edgewright.compression.runtime.LatencyResult;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Compresses one model with Edgewright and with its peers, each in a process of its own on the same calibration samples, then measures all
 * files in this one process (what an earlier run made into the same folder is taken over): accuracy on the test split, and latency in interleaved rounds. benchmarks/peers/README.md has the commands.
 */
public final class PeerComparison {

    private static final ObjectMapper JSON = new ObjectMapper();

    private PeerComparison() {}

    /** One compressed file and what making it cost; NaN for the original. */
    private record Entry(String method, Path file, double seconds, double peakMegabytes) {}

    /** @param args MODEL.onnx, DATA, OUT, PEERS (the folder of quantize.py), then TOOL:METHOD ... with TOOL a Python, {@code edgewright} or {@code file} */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length < 5) {
            System.err.println(
                    "usage: PeerComparison MODEL.onnx DATA OUT PEERS {edgewright:RECIPE|file:MODEL|PYTHON:METHOD} ...");
            System.exit(2);
        }
        Path model = Path.of(args[0]);
        Path out = Files.createDirectories(Path.of(args[2]));
        DataSource data = DataSource.open(Path.of(args[1]));
        Path calibration = out.resolve("calibration.npz");
        NpzFile.write(data.calibration().limit(CompressionSettings.defaults().calibrationSamples()), calibration);

        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry("fp32", model, Double.NaN, Double.NaN));
        for (String tool : List.of(args).subList(4, args.length)) {
            int colon = tool.lastIndexOf(':');
            String method = tool.substring(colon + 1);
            if (tool.startsWith("file:")) {
                entries.add(
                        new Entry(Path.of(method).getFileName().toString(), Path.of(method), Double.NaN, Double.NaN));
                continue;
            }
            Path file = out.resolve(tool.replaceAll("[^A-Za-z0-9]+", "-") + ".onnx");
            List<String> command = tool.startsWith("edgewright:")
                    ? java(CompressOnce.class.getName(), model.toString(), args[1], method, file.toString())
                    : List.of(
                            tool.substring(0, colon),
                            Path.of(args[3], "quantize.py").toString(),
                            method,
                            model.toString(),
                            calibration.toString(),
                            file.toString());
            run(command, out, method, file).ifPresent(entries::add);
        }
        report(entries, data);
    }

    /** The flags that {@code ./edgewright compress} starts with: a heap that grows only as far as the model and the data need. */
    private static List<String> java(String... command) {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xms16m",
                "-XX:MinHeapFreeRatio=10",
                "-XX:MaxHeapFreeRatio=20"));
        line.addAll(List.of(command));
        return line;
    }

    private static java.util.Optional<Entry> run(List<String> command, Path out, String method, Path file)
            throws IOException, InterruptedException {
        Path log = out.resolve(method + ".log");
        Path cost = out.resolve(method + ".out");
        if (Files.exists(file) && Files.exists(cost)) {
            System.out.println(method + ": taken over from an earlier run");
            return entry(cost, file);
        }
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(log.toFile()).redirectOutput(cost.toFile());
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path")); // too long for a command line
        Process process = builder.start();
        int code = process.waitFor();
        if (code != 0 || Files.size(cost) == 0) {
            System.out.println(method + " failed with exit code " + code + "; see " + log);
            Files.deleteIfExists(cost);
            return java.util.Optional.empty();
        }
        return entry(cost, file);
    }

    /** What a method printed last. */
    private static java.util.Optional<Entry> entry(Path cost, Path file) throws IOException {
        List<String> lines = Files.readAllLines(cost);
        JsonNode json = JSON.readTree(lines.get(lines.size() - 1));
        return java.util.Optional.of(new Entry(
                json.path("method").asText(),
                file,
                json.path("seconds").asDouble(),
                json.path("peak_mb").asDouble()));
    }

    private static void report(List<Entry> entries, DataSource data) throws IOException {
        List<AccuracyResult> accuracies = new ArrayList<>();
        Evaluator evaluator = new Evaluator(
                data.test(), data.task(), CompressionSettings.defaults().batchSize());
        Evaluator.Original original = null;
        for (Entry entry : entries) {
            try (ModelSession session = ModelSession.open(entry.file(), SessionSettings.threads(2))) {
                if (original == null) {
                    original = evaluator.original(session);
                    accuracies.add(original.accuracy());
                } else {
                    accuracies.add(evaluator.evaluate(session, original.reference()));
                }
            }
        }
        List<LatencyResult> one = latencies(entries, data, 1);
        List<LatencyResult> two = latencies(entries, data, 2);
        System.out.printf(
                Locale.ROOT,
                "%n| %s | %s (95 %% interval, %d samples) | flips | cosine | p50 ms, 1 thread (ratio) | p50 ms, 2 threads (ratio) | kB"
                        + " | made in s | peak MB |%n|---|---|---|---|---|---|---|---|---|%n",
                "method",
                data.task().metric(),
                accuracies.get(0).samples());
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            AccuracyResult accuracy = accuracies.get(i);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.4f (%.4f..%.4f) | %d | %.5f | %.3f (%.2fx) | %.3f (%.2fx) | %d | %s | %s |%n",
                    entry.method(),
                    accuracy.value(),
                    accuracy.low(),
                    accuracy.high(),
                    accuracy.flips(),
                    accuracy.cosine(),
                    one.get(i).p50Millis(),
                    1 / one.get(i).relative(),
                    two.get(i).p50Millis(),
                    1 / two.get(i).relative(),
                    Files.size(entry.file()) / 1000,
                    number(entry.seconds()),
                    number(entry.peakMegabytes()));
        }
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.1f", value);
    }

    private static List<LatencyResult> latencies(List<Entry> entries, DataSource data, int threads) {
        List<ModelSession> sessions = new ArrayList<>();
        try {
            for (Entry entry : entries) {
                sessions.add(ModelSession.open(entry.file(), SessionSettings.threads(threads)));
            }
            Batching batch = Batching.of(sessions.get(0).inputs(), 1);
            return new LatencyMeter(Duration.ofSeconds(60), 2000)
                    .compare(
                            sessions, batch.fit(data.test().first(batch.size())).inputs(), threads);
        } finally {
            sessions.forEach(ModelSession::close);
        }
    }
}
