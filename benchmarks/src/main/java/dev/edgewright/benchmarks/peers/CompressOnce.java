package dev.edgewright.benchmarks.peers;

import dev.edgewright.compression.CompressionSettings;
import dev.edgewright.compression.cleanup.Cleanup;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.runtime.OrtStart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Makes one variant in a process of its own and prints seconds and peak memory, as {@code quantize.py} does for the peers: from reading the
 * model to the written file, without the measuring that follows in real use.
 */
public final class CompressOnce {

    private CompressOnce() {}

    /** @param args MODEL.onnx, DATA, RECIPE, OUT.onnx */
    public static void main(String[] args) throws IOException {
        if (args.length != 4) {
            System.err.println("usage: CompressOnce MODEL.onnx DATA RECIPE OUT.onnx");
            System.exit(2);
        }
        CompressionSettings settings = CompressionSettings.defaults();
        DataSource data = DataSource.open(Path.of(args[1])); // the peers, too, are given their samples
        long started = System.nanoTime();
        OrtStart.begin();
        Graph original = OnnxFile.read(Path.of(args[0]));
        PassContext context = PassContext.of(
                settings.seed(), data, data.calibration().limit(settings.calibrationSamples()), original);
        PassResult result = Cleanup.all().apply(original, context);
        for (Pass pass : Recipe.named(args[2]).passes()) {
            result = result.then(pass.apply(result.graph(), context));
        }
        OnnxFile.write(result.graph(), Path.of(args[3]));
        double seconds = (System.nanoTime() - started) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "{\"method\": \"edgewright %s\", \"seconds\": %.3f, \"peak_mb\": %.1f, \"bytes\": %d}%n",
                args[2],
                seconds,
                peakMegabytes(),
                Files.size(Path.of(args[3])));
    }

    /** The largest resident set of this process so far, as the kernel counted it. */
    private static double peakMegabytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
            }
        }
        return Double.NaN;
    }
}
