package dev.edgewright.cli.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A deployment file to a real agent: candidates are fetched and measured beside what serves, the controller is killed meanwhile, the
 * rollout follows, and the decision says what was measured.
 */
@Tag("slow")
class TrialLoopIT {

    private static final Path MODEL = Path.of("../examples/fashion-mnist/model.onnx");

    @TempDir
    Path folder;

    @Test
    void a_deployment_measures_first_rolls_out_then_and_says_why() throws Exception {
        measuresFirst(new WholeLoop(folder));
    }

    @Test
    void so_it_does_with_an_agent_over_coap() throws Exception {
        measuresFirst(WholeLoop.overCoap(folder));
    }

    private static void measuresFirst(WholeLoop started) throws Exception {
        try (WholeLoop loop = started) {
            loop.startController();
            loop.startAgent("cam-1", "quick");
            loop.awaitOnline("cam-1");
            loop.upload("/api/v1/models/fashion?version=1&variants=none", MODEL);
            String job = loop.post(
                            "/api/v1/models/fashion/variants",
                            "{\"recipes\":[\"fp32\",\"fp16-storage\",\"weight-only-int8\"]}")
                    .path("job")
                    .asText();
            await().atMost(WholeLoop.PATIENCE)
                    .until(() -> loop.get("/api/v1/jobs/" + job)
                            .path("state")
                            .asText()
                            .equals("SUCCEEDED"));

            String yaml = """
                    model: fashion
                    trial: {time: 300ms, precision: 20%}
                    rollout: {watchSeconds: 0}
                    """;
            String body =
                    JsonNodeFactory.instance.objectNode().put("yaml", yaml).toString();
            JsonNode explained = loop.post("/api/v1/deployments/explain", body)
                    .path("rules")
                    .path(0)
                    .path("classes")
                    .path(0);
            assertThat(explained.path("trial").path("devices")).hasSize(1);
            String id = loop.post("/api/v1/deployments", body).path("id").asText();
            loop.killController();
            loop.startController();

            await().atMost(WholeLoop.PATIENCE)
                    .until(() -> loop.get("/api/v1/deployments/" + id)
                            .path("state")
                            .asText()
                            .equals("ROLLED_OUT"));
            JsonNode trial = loop.get("/api/v1/trials").path("items").path(0);
            assertThat(trial.path("state").asText()).isEqualTo("DONE");
            assertThat(trial.path("results")).isNotEmpty();
            assertThat(trial.path("results").path(0).path("p50Ms").asDouble()).isPositive();

            await().atMost(WholeLoop.PATIENCE)
                    .until(() -> loop.assignment("cam-1", "fashion")
                            .path("state")
                            .asText()
                            .equals("COMMITTED"));
            JsonNode decision =
                    loop.get("/api/v1/devices/cam-1/decisions").path("items").path(0);
            assertThat(decision.path("who").asText()).startsWith("deployment " + id);
            assertThat(decision.path("candidates"))
                    .anySatisfy(
                            c -> assertThat(c.path("measuredMs").path("source").asText())
                                    .isEqualTo("TRIAL"));
            assertThat(loop.get("/api/v1/predictions").path("items")).isNotEmpty();
        }
    }
}
