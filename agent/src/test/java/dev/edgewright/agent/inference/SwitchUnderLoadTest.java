package dev.edgewright.agent.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.agent.graphs.TestModels;
import dev.edgewright.common.id.ModelName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SwitchUnderLoadTest {
    private static final ModelName MODEL = ModelName.of("scale");
    private static final int CALLERS = 8;
    private static final int SWITCHES = 20;
    private static final int REQUESTS_PER_SWITCH = 250;

    @Test
    void twentySwitchesUnderEightCallersDropNoRequestAndMixNoAnswer(@TempDir Path folder) throws Exception {
        Path twice = TestModels.write(folder, "twice.onnx", TestModels.scale(2));
        Path thrice = TestModels.write(folder, "thrice.onnx", TestModels.scale(3));
        try (ModelRegistry registry = new ModelRegistry(new InferenceSettings(1, 0))) {
            registry.activate(registry.prepare(MODEL, twice, TestModels.manifest("scale", "twice")));
            AtomicLong answered = new AtomicLong();
            AtomicBoolean stop = new AtomicBoolean();
            Set<String> seen = ConcurrentHashMap.newKeySet();
            ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
            List<Future<Void>> futures = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                futures.add(callers.submit(caller(registry, i + 1, stop, answered, seen)));
            }
            for (int i = 0; i < SWITCHES; i++) {
                long until = answered.get() + REQUESTS_PER_SWITCH;
                boolean even = i % 2 == 0;
                Prepared next = registry.prepare(
                        MODEL, even ? thrice : twice, TestModels.manifest("scale", even ? "thrice" : "twice"));
                while (answered.get() < until && futures.stream().noneMatch(Future::isDone)) {
                    Thread.onSpinWait();
                }
                registry.activate(next);
            }
            stop.set(true);
            for (Future<Void> future : futures) {
                future.get(); // a dropped, failed or mixed request is an exception here
            }
            callers.shutdown();

            assertThat(answered.get()).isGreaterThanOrEqualTo((long) SWITCHES * REQUESTS_PER_SWITCH);
            assertThat(seen).containsExactlyInAnyOrder("twice", "thrice");
            List<ModelActivity> activity = registry.drainActivity();
            assertThat(activity).hasSize(SWITCHES + 1);
            assertThat(activity.stream().mapToLong(a -> a.stats().requests()).sum())
                    .isEqualTo(answered.get());
            assertThat(registry.drainActivity())
                    .as("replaced sessions are closed and forgotten")
                    .hasSize(1);
        }
    }

    private static Callable<Void> caller(
            ModelRegistry registry, float x, AtomicBoolean stop, AtomicLong answered, Set<String> seen) {
        return () -> {
            TensorValue input = TensorValue.ofFloats(new long[] {2, 4}, x, x, x, x, x, x, x, x);
            while (!stop.get()) {
                InferenceResult result = registry.infer(MODEL, Map.of("x", input));
                float factor = result.variant().equals("twice") ? 2 : 3;
                for (float y : result.outputs().get("y").floats()) {
                    assertThat(y).as(result.variant()).isEqualTo(factor * x);
                }
                seen.add(result.variant());
                answered.incrementAndGet();
            }
            return null;
        };
    }
}
