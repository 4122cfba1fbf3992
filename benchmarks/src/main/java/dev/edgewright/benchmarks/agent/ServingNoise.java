package dev.edgewright.benchmarks.agent;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.edgewright.agent.inference.OrtRuntime;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Records how a model answers on a machine that does other things: a request every 50 ms on average, at random moments, for so long. One
 * latency in milliseconds a line, in the order in which they came; what the gates of rollouts are tried on.
 *
 * <pre>{@code java … ServingNoise MODEL.onnx OUT.txt SECONDS}</pre>
 */
public final class ServingNoise {

    private static final double PER_SECOND = 20;
    /** Answers that warm the process up and are not recorded. */
    private static final int WARM = 200;

    private ServingNoise() {}

    public static void main(String[] arguments) throws Exception {
        Path model = Path.of(arguments[0]);
        long until = System.nanoTime() + 1_000_000_000L * Long.parseLong(arguments[2]);
        var random = new SplittableRandom(1);
        var lines = new ArrayList<String>();
        var environment = OrtRuntime.environment();
        try (var options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            record(environment, environment.createSession(model.toString(), options), until, random, lines);
        }
        write(Path.of(arguments[1]), lines);
    }

    private static void record(
            OrtEnvironment environment, OrtSession session, long until, SplittableRandom random, List<String> lines)
            throws Exception {
        var input = session.getInputInfo().entrySet().iterator().next();
        long[] shape = ((TensorInfo) input.getValue().getInfo()).getShape();
        shape[0] = 1;
        var zeros = FloatBuffer.allocate((int) Arrays.stream(shape).reduce(1, (a, b) -> a * b));
        try (session;
                var tensor = OnnxTensor.createTensor(environment, zeros, shape)) {
            for (int i = 0; System.nanoTime() < until; i++) {
                double wait = Math.min(1, -Math.log(1 - random.nextDouble()) / PER_SECOND);
                Thread.sleep((long) (1000 * wait));
                long began = System.nanoTime();
                session.run(Map.of(input.getKey(), tensor)).close();
                if (i >= WARM) {
                    lines.add(String.format(Locale.ROOT, "%.3f", (System.nanoTime() - began) / 1e6));
                }
            }
        }
    }

    private static void write(Path file, List<String> lines) throws IOException {
        Files.write(file, lines);
        System.out.println(lines.size() + " latencies in " + file);
    }
}
