package dev.edgewright.agent.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.edgewright.agent.graphs.TestModels;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

class SwitchOverHttpTest {
    private static final int CALLERS = 4;
    private static final int SWITCHES = 10;
    private static final int REQUESTS_PER_SWITCH = 40;

    @Test
    void callersOverHttpSeeOneVariantOrTheOtherAndNeverAnError(@TempDir Path folder) throws Exception {
        try (ServedModels served = new ServedModels(folder).with("scale", "twice", TestModels.scale(2))) {
            AtomicLong answered = new AtomicLong();
            AtomicBoolean stop = new AtomicBoolean();
            Set<String> seen = ConcurrentHashMap.newKeySet();
            ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
            List<Future<Void>> futures = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                futures.add(callers.submit(caller(served, stop, answered, seen)));
            }
            for (int i = 0; i < SWITCHES; i++) {
                long until = answered.get() + REQUESTS_PER_SWITCH;
                while (answered.get() < until && futures.stream().noneMatch(Future::isDone)) {
                    Thread.onSpinWait();
                }
                boolean even = i % 2 == 0;
                served.with("scale", even ? "thrice" : "twice", TestModels.scale(even ? 3 : 2));
            }
            stop.set(true);
            for (Future<Void> future : futures) {
                future.get(); // an error or a mixed answer is an exception here
            }
            callers.shutdown();
            assertThat(seen).containsExactlyInAnyOrder("twice", "thrice");
        }
    }

    private static Callable<Void> caller(
            ServedModels served, AtomicBoolean stop, AtomicLong answered, Set<String> seen) {
        ObjectMapper mapper = new ObjectMapper();
        String body = "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,2,3,4]}]}";
        return () -> {
            while (!stop.get()) {
                HttpResponse<byte[]> response = served.post("/v2/models/scale/infer", body);
                assertThat(response.statusCode())
                        .as(ServedModels.text(response))
                        .isEqualTo(200);
                JsonNode answer = mapper.readTree(response.body());
                String variant = answer.at("/parameters/edgewright_variant").asText();
                int factor = variant.equals("twice") ? 2 : 3;
                assertThat(answer.get("model_version").asText()).isEqualTo("3-" + variant);
                assertThat(answer.at("/outputs/0/data/3").asInt()).as(variant).isEqualTo(4 * factor);
                seen.add(variant);
                answered.incrementAndGet();
            }
            return null;
        };
    }
}
