package dev.edgewright.benchmarks.peers;

import dev.edgewright.compression.CompressionSettings;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.evaluation.AccuracyResult;
import dev.edgewright.compression.evaluation.Evaluator;
import dev.edgewright.compression.evaluation.SaturationCost;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What int8 files give on x86 with and without VNNI, on the test split: with VNNI as ONNX Runtime computes here, without as the integer
 * emulation of the saturating kernel says. Needs a machine with VNNI. About a second for every billion multiply-adds.
 */
public final class SaturationFigures {

    private SaturationFigures() {}

    /** @param args FP32.onnx, DATA, SAMPLES, INT8.onnx ... */
    public static void main(String[] args) {
        if (args.length < 4) {
            System.err.println("usage: SaturationFigures FP32.onnx DATA SAMPLES INT8.onnx ...");
            System.exit(2);
        }
        DataSource data = DataSource.open(Path.of(args[1]));
        Split split = data.test().limit(Long.parseLong(args[2]));
        int batch = CompressionSettings.defaults().batchSize();
        Evaluator evaluator = new Evaluator(split, data.task(), batch);
        Evaluator.Original original;
        try (ModelSession session = ModelSession.open(Path.of(args[0]), SessionSettings.single())) {
            original = evaluator.original(session);
        }
        row("fp32", original.accuracy());
        for (int i = 3; i < args.length; i++) {
            Path file = Path.of(args[i]);
            try (ModelSession session = ModelSession.open(file, SessionSettings.single())) {
                row(file.getFileName() + ", with VNNI", evaluator.evaluate(session, original.reference()));
            }
            Graph graph = OnnxFile.read(file);
            row(
                    file.getFileName() + ", without",
                    SaturationCost.saturating(graph, split, data.task(), original.reference(), batch));
        }
    }

    private static void row(String what, AccuracyResult accuracy) {
        System.out.printf(
                Locale.ROOT,
                "| %s | %.2f (%.2f..%.2f) | %d of %d |%n",
                what,
                100 * accuracy.value(),
                100 * accuracy.low(),
                100 * accuracy.high(),
                accuracy.flips(),
                accuracy.samples());
    }
}
