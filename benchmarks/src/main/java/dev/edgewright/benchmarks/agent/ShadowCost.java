package dev.edgewright.benchmarks.agent;

import dev.edgewright.agent.inference.InferenceSettings;
import dev.edgewright.agent.inference.ModelRegistry;
import dev.edgewright.agent.inference.Prepared;
import dev.edgewright.agent.inference.ShadowActivity;
import dev.edgewright.agent.inference.TensorValue;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.Tolerance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * What a variant beside costs the requests: their latency, by the caller's clock over the Java API, without a shadow and with one on half and on
 * all of them, in turn. Requests come at random (exponential gaps) at a given rate.
 */
public final class ShadowCost {

    private static final ModelName MODEL = ModelName.of("served");
    private static final double[] SHARES = {0, 0.5, 1};
    private static final int ROUNDS = 4;
    private static final int WARM_UP = 3000;

    private ShadowCost() {}

    /** @param arguments SERVED.onnx BESIDE.onnx SECONDS RATE,RATE,… of an image classifier of 28 × 28 pixels */
    public static void main(String[] arguments) {
        double seconds = Double.parseDouble(arguments[2]);
        var random = new Random(7);
        try (var registry = new ModelRegistry(new InferenceSettings(1, 0))) {
            registry.activate(prepared(registry, Path.of(arguments[0]), "served"));
            String input =
                    registry.metadata(MODEL).orElseThrow().inputs().get(0).name();
            for (int i = 0; i < WARM_UP; i++) {
                registry.infer(MODEL, Map.of(input, image(random)));
            }
            System.out.println(
                    "| requests a second | beside, of them | requests | p50 ms | p95 ms | p99 ms | compared | left out |");
            System.out.println("|---|---|---|---|---|---|---|---|");
            for (String rate : arguments[3].split(",")) {
                rate(registry, input, Path.of(arguments[1]), Double.parseDouble(rate), seconds, random);
            }
        }
    }

    private static void rate(
            ModelRegistry registry, String input, Path beside, double rate, double seconds, Random random) {
        List<List<Double>> millis = new ArrayList<>();
        long[] compared = new long[SHARES.length];
        long[] dropped = new long[SHARES.length];
        for (int i = 0; i < SHARES.length; i++) {
            millis.add(new ArrayList<>());
        }
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < SHARES.length; i++) {
                int at = (i + round) % SHARES.length;
                if (SHARES[at] > 0) {
                    registry.shadow(
                            prepared(registry, beside, "beside"),
                            Tolerance.newBuilder().setRequireSameArgmax(true).build(),
                            SHARES[at]);
                }
                requests(registry, input, rate, seconds, random, millis.get(at));
                for (ShadowActivity done : registry.drainShadows()) {
                    compared[at] += done.compared();
                    dropped[at] += done.dropped();
                }
                registry.endShadow(MODEL);
            }
        }
        for (int i = 0; i < SHARES.length; i++) {
            double[] sorted =
                    millis.get(i).stream().mapToDouble(v -> v).sorted().toArray();
            System.out.printf(
                    Locale.ROOT,
                    "| %.0f | %.0f %% | %d | %.3f | %.3f | %.3f | %d | %d |%n",
                    rate,
                    100 * SHARES[i],
                    sorted.length,
                    sorted[sorted.length / 2],
                    sorted[(int) (sorted.length * 0.95)],
                    sorted[(int) (sorted.length * 0.99)],
                    compared[i],
                    dropped[i]);
        }
    }

    private static void requests(
            ModelRegistry registry, String input, double rate, double seconds, Random random, List<Double> millis) {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        long next = System.nanoTime();
        while (next < end) {
            next += (long) (-Math.log(1 - random.nextDouble()) / rate * 1e9);
            TensorValue image = image(random);
            for (long wait = next - System.nanoTime(); wait > 0; wait = next - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            long start = System.nanoTime();
            registry.infer(MODEL, Map.of(input, image));
            millis.add((System.nanoTime() - start) / 1e6);
        }
    }

    private static Prepared prepared(ModelRegistry registry, Path file, String variant) {
        return registry.prepare(
                MODEL,
                file,
                Manifest.newBuilder()
                        .setModel(MODEL.value())
                        .setVersion("1")
                        .setVariant(variant)
                        .build());
    }

    private static TensorValue image(Random random) {
        float[] pixels = new float[28 * 28];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextFloat();
        }
        return TensorValue.ofFloats(new long[] {1, 1, 28, 28}, pixels);
    }
}
