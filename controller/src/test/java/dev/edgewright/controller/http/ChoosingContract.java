package dev.edgewright.controller.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.controller.selection.Requirement;
import dev.edgewright.controller.storage.Database;
import dev.edgewright.controller.storage.JdbiTrialStore;
import dev.edgewright.controller.trial.Trial;
import dev.edgewright.controller.trial.TrialPolicy;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Deployments, trials, classes and decisions, held against the document. */
record ChoosingContract(ContractCalls calls, Path folder) {

    void answers() throws Exception {
        var file = """
                model: tiny
                version: "1"
                query: device.cores >= 1
                limits: {p95: 1s}
                trial: {enabled: false}
                rollout:
                  watchSeconds: 0
                  waves: [{count: 1}, {percent: 100}]
                """;
        var body = new JsonObject().put("yaml", file).encode();
        calls.contract().holds("#/components/schemas/DeploymentFile", body, "the request of this test");
        var explained = calls.server().postJson("/api/v1/deployments/explain", body);
        calls.contract().holds("POST /api/v1/deployments/explain", explained);
        assertThat(ContractCalls.json(explained).getBoolean("good"))
                .as(explained.toString())
                .isTrue();
        assertThat(ContractCalls.json(explained)
                        .getJsonArray("rules")
                        .getJsonObject(0)
                        .getInteger("devices"))
                .isEqualTo(3);

        var applied = calls.server().postJson("/api/v1/deployments", body);
        calls.contract().holds("POST /api/v1/deployments", applied);
        assertThat(applied.statusCode())
                .as(new String(applied.body(), StandardCharsets.UTF_8))
                .isEqualTo(201);
        var id = ContractCalls.json(applied).getString("id");
        var run = ContractCalls.json(calls.get("/api/v1/deployments/{id}", "/api/v1/deployments/" + id));
        assertThat(run.getString("state")).isEqualTo("ROLLED_OUT");
        assertThat(run.getJsonArray("rules").getJsonObject(0).getString("rollout"))
                .isNotBlank();
        calls.get("/api/v1/deployments", "/api/v1/deployments");
        calls.refused(
                "GET /api/v1/deployments/{id}",
                calls.server().get("/api/v1/deployments/none"),
                404,
                "DEPLOYMENT_NOT_FOUND");

        var decisions = ContractCalls.json(
                        calls.get("/api/v1/devices/{id}/decisions", "/api/v1/devices/cam-1/decisions"))
                .getJsonArray("items");
        assertThat(decisions).hasSize(1);
        assertThat(decisions.getJsonObject(0).getString("who")).startsWith("deployment " + id);
        assertThat(decisions.getJsonObject(0).getJsonArray("candidates")).isNotEmpty();
        calls.get("/api/v1/trials", "/api/v1/trials");
        calls.refused("GET /api/v1/trials/{id}", calls.server().get("/api/v1/trials/none"), 404, "TRIAL_NOT_FOUND");
        keepAnEndedTrial("trial-1");
        var trial = ContractCalls.json(calls.get("/api/v1/trials/{id}", "/api/v1/trials/trial-1"));
        assertThat(trial.getString("state")).isEqualTo("UNANSWERED");
        assertThat(ContractCalls.json(calls.server().get("/api/v1/trials")).getJsonArray("items"))
                .hasSize(1);
        assertThat(ContractCalls.json(calls.get("/api/v1/classes", "/api/v1/classes"))
                        .getJsonArray("items"))
                .hasSize(1);
        calls.get("/api/v1/predictions", "/api/v1/predictions");

        var wrong = calls.server()
                .postJson(
                        "/api/v1/deployments/explain",
                        new JsonObject().put("yaml", "model: tiny\nlimit: {}\n").encode());
        calls.refused("POST /api/v1/deployments/explain", wrong, 400, "DEPLOYMENT_INVALID");
        assertThat(ContractCalls.json(wrong).getString("detail"))
                .isEqualTo("line 2, column 1: unknown key 'limit'; did you mean 'limits'? known here: limits, maximise,"
                        + " minimise, model, query, rollout, rules, trial, version");
    }

    /** One variant needs no trial, so the record of one from before is written into the database. */
    private void keepAnEndedTrial(String id) {
        var now = java.time.Instant.now();
        try (var database = Database.open("sqlite", folder.resolve("data"))) {
            new JdbiTrialStore(database)
                    .save(
                            List.of(new Trial(
                                    id,
                                    new ModelName("tiny"),
                                    "1",
                                    "x86_64-1",
                                    Requirement.NONE,
                                    TrialPolicy.DEFAULT,
                                    List.of(DeviceId.of("cam-1")),
                                    1,
                                    List.of(),
                                    Set.of(),
                                    Trial.State.UNANSWERED,
                                    List.of("nobody answered"),
                                    0,
                                    now,
                                    now)),
                            Map.of());
        }
    }
}
