package dev.edgewright.controller.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.edgewright.controller.http.view.RolloutBody;
import dev.edgewright.controller.testing.Models;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds the OpenAPI document against the server: every operation is called and answers what its schema says, and every route
 * of the server is in the document.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OpenApiIT {
    private static final Duration SOON = Duration.ofMinutes(3);

    @TempDir
    static Path folder;

    private static HttpFixture server;
    private static Contract contract;
    private static ContractCalls calls;

    @BeforeAll
    static void start() throws Exception {
        contract = new Contract();
        server = new HttpFixture(folder);
        calls = new ContractCalls(server, contract);
        for (var id : List.of("cam-1", "cam-2", "cam-3")) {
            server.device(id);
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void every_route_of_the_server_is_in_the_document_and_the_other_way_round() {
        Set<String> routes = server.edge.routes().stream()
                .map(route -> route.replaceAll(":([A-Za-z]+)", "{$1}"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(routes).isEqualTo(contract.operations());
    }

    @Test
    void the_check_itself_finds_what_is_wrong() {
        assertThat(contract.complaints("#/components/schemas/Health", "{\"status\":\"up\",\"checks\":{}}"))
                .isEmpty();
        assertThat(contract.complaints("#/components/schemas/Health", "{\"status\":\"so-so\",\"checks\":{}}"))
                .isNotEmpty();
        assertThat(contract.complaints("#/components/schemas/Health", "{\"status\":\"up\",\"checks\":{},\"x\":1}"))
                .isNotEmpty();
        assertThat(contract.complaints("#/components/schemas/DevicePage", "{\"items\":[{\"id\":\"NOT VALID\"}]}"))
                .isNotEmpty();
    }

    @Test
    void request_schemas_have_the_fields_that_the_server_reads() {
        assertThat(contract.properties("RolloutRequest")).isEqualTo(fields(RolloutBody.class));
        assertThat(contract.properties("WaveSpec")).isEqualTo(fields(RolloutBody.WaveBody.class));
        assertThat(contract.properties("MaintenanceWindow")).isEqualTo(fields(RolloutBody.WindowBody.class));
        assertThat(contract.properties("RolloutLimits")).isEqualTo(fields(RolloutBody.LimitsBody.class));
        assertThat(contract.properties("RolloutGates")).isEqualTo(fields(RolloutBody.GatesBody.class));
        assertThat(contract.properties("ByteBudget"))
                .isEqualTo(Set.of("bytesPerSecond", "bytesPerWindow", "windowSeconds"));
        assertThat(contract.properties("ShadowStage"))
                .isEqualTo(Set.of("seconds", "sample", "minAgreement", "minRequests"));
        assertThat(contract.properties("VariantRequest")).isEqualTo(fields(ModelRoutes.VariantBody.class));
        assertThat(contract.properties("DevicePatch")).isEqualTo(fields(DeviceRoutes.LabelPatch.class));
        assertThat(contract.properties("DeploymentFile")).isEqualTo(fields(ChoosingRoutes.DeploymentBody.class));
        assertThat(contract.properties("AbortRequest")).isEqualTo(fields(RolloutRoutes.AbortBody.class));
    }

    private static Set<String> fields(Class<? extends Record> type) {
        return Arrays.stream(type.getRecordComponents()).map(c -> c.getName()).collect(Collectors.toSet());
    }

    @Test
    @Order(1)
    void the_service_answers() throws Exception {
        calls.get("/api/v1/info", "/api/v1/info");
        calls.get("/healthz", "/healthz");
        calls.get("/readyz", "/readyz");
        calls.get("/metrics", "/metrics");
        calls.get("/openapi.yaml", "/openapi.yaml");
        calls.get("/", "/");
        for (var file : List.of("console.js", "console.css", "icon.svg", "uPlot.iife.min.js", "uPlot.min.css")) {
            calls.get("/web/{file}", "/web/" + file);
        }
        contract.holds("GET /web/{file}", server.get("/web/other.js"));
    }

    @Test
    @Order(2)
    void devices_answer() throws Exception {
        var first = ContractCalls.json(calls.get("/api/v1/devices", "/api/v1/devices?limit=2"));
        assertThat(first.getJsonArray("items")).hasSize(2);
        assertThat(first.getString("next")).isEqualTo("cam-2");
        var rest = ContractCalls.json(calls.get("/api/v1/devices", "/api/v1/devices?limit=2&after=cam-2"));
        assertThat(rest.getJsonArray("items")).hasSize(1);
        assertThat(rest.containsKey("next")).isFalse();
        assertThat(ContractCalls.json(calls.get(
                                "/api/v1/devices", "/api/v1/devices?query=" + encoded("device.id == \"cam-3\"")))
                        .getJsonArray("items"))
                .hasSize(1);
        assertThat(ContractCalls.json(calls.get("/api/v1/devices/{id}", "/api/v1/devices/cam-1"))
                        .getJsonArray("probes"))
                .isNotEmpty();
        calls.refused("GET /api/v1/devices/{id}", server.get("/api/v1/devices/none"), 404, "DEVICE_NOT_FOUND");
        var patched = server.send(server.request("/api/v1/devices/cam-1")
                .header("content-type", "application/json")
                .method("PATCH", HttpRequest.BodyPublishers.ofString("{\"labels\":{\"site\":\"north\"}}")));
        contract.holds("PATCH /api/v1/devices/{id}", patched);
        assertThat(ContractCalls.json(patched).getJsonObject("labels").getString("site"))
                .isEqualTo("north");
    }

    @Test
    @Order(3)
    void models_and_variants_answer() throws Exception {
        var imported = server.post("/api/v1/models/tiny?version=1", "application/octet-stream", Models.tiny(1));
        contract.holds("POST /api/v1/models/{name}", imported);
        assertThat(imported.statusCode()).isEqualTo(201);
        var again = server.post("/api/v1/models/tiny?version=1", "application/octet-stream", Models.tiny(1));
        assertThat(again.statusCode()).isEqualTo(201);
        calls.refused(
                "POST /api/v1/models/{name}",
                server.post("/api/v1/models/tiny?version=1", "application/octet-stream", Models.tiny(2)),
                409,
                "VERSION_CONFLICT");
        calls.get("/api/v1/models", "/api/v1/models");
        calls.get("/api/v1/models/{name}", "/api/v1/models/tiny");
        calls.refused("GET /api/v1/models/{name}", server.get("/api/v1/models/none"), 404, "MODEL_NOT_FOUND");

        var accepted = server.postJson("/api/v1/models/tiny/variants", "{\"recipes\":[\"fp32\"]}");
        contract.holds("POST /api/v1/models/{name}/variants", accepted);
        var job = ContractCalls.json(accepted).getString("job");
        await().atMost(SOON)
                .until(() -> ContractCalls.json(calls.get("/api/v1/jobs/{id}", "/api/v1/jobs/" + job))
                        .getString("state")
                        .equals("SUCCEEDED"));
        calls.get("/api/v1/jobs", "/api/v1/jobs");
        calls.refused("GET /api/v1/jobs/{id}", server.get("/api/v1/jobs/job-none"), 404, "JOB_NOT_FOUND");
        contract.holds("POST /api/v1/jobs/{id}/cancel", server.postJson("/api/v1/jobs/" + job + "/cancel", ""));

        var variants = ContractCalls.json(calls.get("/api/v1/models/{name}/variants", "/api/v1/models/tiny/variants"));
        var variant = variants.getJsonArray("items").getJsonObject(0);
        var digest = variant.getString("digest");
        calls.get("/api/v1/variants/{digest}", "/api/v1/variants/" + digest);
        calls.get("/api/v1/variants/{digest}", "/api/v1/variants/" + digest.substring(0, 10));
        calls.refused(
                "GET /api/v1/variants/{digest}", server.get("/api/v1/variants/00000000"), 404, "VARIANT_NOT_FOUND");

        var blob = variant.getString("blob");
        assertThat(calls.get("/api/v1/blobs/{digest}", "/api/v1/blobs/" + blob).body())
                .isEqualTo(Models.tiny(1));
        calls.get("/api/v1/blobs/{digest}/chunks/{index}", "/api/v1/blobs/" + blob + "/chunks/0");
        calls.refused(
                "GET /api/v1/blobs/{digest}/chunks/{index}",
                server.get("/api/v1/blobs/" + blob + "/chunks/99999"),
                404,
                "CHUNK_NOT_FOUND");
        calls.refused(
                "GET /api/v1/blobs/{digest}", server.get("/api/v1/blobs/" + "0".repeat(64)), 404, "BLOB_NOT_FOUND");

        var selection =
                ContractCalls.json(calls.get("/api/v1/models/{name}/selection", "/api/v1/models/tiny/selection"));
        assertThat(selection.getJsonArray("items")).hasSize(3);
    }

    @Test
    @Order(4)
    void data_answers() throws Exception {
        var put = server.send(server.request("/api/v1/models/tiny/data?variants=none")
                .header("content-type", "application/zip")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(data())));
        contract.holds("PUT /api/v1/models/{name}/data", put);
        assertThat(put.statusCode())
                .as(new String(put.body(), StandardCharsets.UTF_8))
                .isEqualTo(200);
        assertThat(ContractCalls.json(put).getBoolean("dataPresent")).isTrue();
    }

    @Test
    @Order(5)
    void rollouts_answer() throws Exception {
        var whole = """
                {"model":"tiny","version":"1","query":"device.cores >= 1","variant":"auto","waves":[{"count":1},{"percent":100}],
                 "maxFailureRatio":0.5,"minSuccess":0,"watchSeconds":0,"watchMinRequests":0,"soakSeconds":0,
                 "offerDeadlineSeconds":60,"stepDeadlineSeconds":60,
                 "limits":{"maxP95Ms":1000,"maxMemoryBytes":1000000000,"maxErrorRatio":0.5,"maxSlowdown":10,"maxJoulesPerInference":100},
                 "gates":{"maxSlowdown":10,"maxEnergyRatio":10,"maxErrorRatio":0.9,"minAgreement":0,"minRequests":50,"minDevices":1,
                          "confidence":0.95,"onBreach":"HOLD","scope":"ROLLOUT"},
                 "priority":1}""";
        contract.holds("#/components/schemas/RolloutRequest", whole, "the request of this test");
        var created = server.postJson("/api/v1/rollouts", whole);
        contract.holds("POST /api/v1/rollouts", created);
        assertThat(created.statusCode()).isEqualTo(201);
        var id = ContractCalls.json(created).getString("id");
        await().atMost(SOON)
                .until(() -> ContractCalls.json(calls.get("/api/v1/rollouts/{id}", "/api/v1/rollouts/" + id))
                        .getString("state")
                        .equals("SUCCEEDED"));
        var done = ContractCalls.json(calls.get("/api/v1/rollouts/{id}", "/api/v1/rollouts/" + id));
        assertThat(done.getJsonObject("counts").getInteger("committed")).isEqualTo(3);
        assertThat(done.getJsonArray("history")).isNotEmpty();
        var few = ContractCalls.json(calls.get("/api/v1/rollouts/{id}", "/api/v1/rollouts/" + id + "?devices=1"));
        assertThat(few.getJsonArray("waves").stream()
                        .mapToInt(wave ->
                                ((JsonObject) wave).getJsonArray("devices").size())
                        .sum())
                .isEqualTo(1);
        assertThat(few.getJsonObject("counts")).isEqualTo(done.getJsonObject("counts"));
        calls.get("/api/v1/rollouts", "/api/v1/rollouts");
        calls.refused("GET /api/v1/rollouts/{id}", server.get("/api/v1/rollouts/none"), 404, "ROLLOUT_NOT_FOUND");
        calls.refused(
                "POST /api/v1/rollouts/{id}/pause",
                server.postJson("/api/v1/rollouts/" + id + "/pause", ""),
                409,
                "ROLLOUT_STATE");
        var why = ContractCalls.json(calls.get("/api/v1/devices/{id}", "/api/v1/devices/cam-1"))
                .getJsonArray("assignments")
                .getJsonObject(0)
                .getString("why");
        assertThat(why).as("a device knows why it got its variant").contains("the only one that suits");
    }

    @Test
    @Order(6)
    void a_rollout_is_paused_resumed_approved_and_aborted() throws Exception {
        server.post("/api/v1/models/tiny?version=2&variants=none", "application/octet-stream", Models.tiny(2));
        var job = ContractCalls.json(
                        server.postJson("/api/v1/models/tiny/variants", "{\"version\":\"2\",\"recipes\":[\"fp32\"]}"))
                .getString("job");
        await().atMost(SOON)
                .until(() -> ContractCalls.json(server.get("/api/v1/jobs/" + job))
                        .getString("state")
                        .equals("SUCCEEDED"));
        var created = server.postJson(
                "/api/v1/rollouts",
                "{\"model\":\"tiny\",\"watchSeconds\":0,\"waves\":[{\"count\":1},{\"percent\":100,\"approval\":true}]}");
        var path = "/api/v1/rollouts/" + ContractCalls.json(created).getString("id");
        await().atMost(SOON)
                .until(() ->
                        ContractCalls.json(server.get(path)).getString("state").equals("AWAITING_APPROVAL"));
        contract.holds("POST /api/v1/rollouts/{id}/approve", server.postJson(path + "/approve", ""));
        await().atMost(SOON)
                .until(() ->
                        ContractCalls.json(server.get(path)).getString("state").equals("SUCCEEDED"));

        server.devices.values().forEach(d -> d.behaves(dev.edgewright.controller.testing.FakeDevice.Behaviour.SILENT));
        var second = server.postJson(
                "/api/v1/rollouts",
                "{\"model\":\"tiny\",\"version\":\"1\",\"watchSeconds\":0,\"waves\":[{\"count\":3}]}");
        assertThat(second.statusCode())
                .as(new String(second.body(), StandardCharsets.UTF_8))
                .isEqualTo(201);
        var live = "/api/v1/rollouts/" + ContractCalls.json(second).getString("id");
        await().atMost(SOON)
                .until(() ->
                        ContractCalls.json(server.get(live)).getString("state").equals("RUNNING"));
        contract.holds("POST /api/v1/rollouts/{id}/pause", server.postJson(live + "/pause", ""));
        contract.holds("POST /api/v1/rollouts/{id}/resume", server.postJson(live + "/resume", ""));
        contract.holds("POST /api/v1/rollouts/{id}/abort", server.postJson(live + "/abort", "{\"revert\":false}"));
        assertThat(ContractCalls.json(server.get(live)).getString("state")).isEqualTo("ABORTED");
        new EventsContract(calls).whoAcceptedWhichVerdict();
    }

    @Test
    @Order(5)
    void deployments_trials_classes_and_decisions_answer() throws Exception {
        new ChoosingContract(calls, folder).answers();
    }

    @Test
    @Order(7)
    void the_event_stream_answers_with_snapshots_and_bounds_its_listeners() throws Exception {
        var http = HttpClient.newHttpClient();
        try (var lines = http.send(server.request("/api/v1/events").GET().build(), HttpResponse.BodyHandlers.ofLines())
                .body()) {
            var data =
                    lines.filter(line -> line.startsWith("data: ")).findFirst().orElseThrow();
            contract.holds("#/components/schemas/Snapshot", data.substring(6), "a snapshot");
            var snapshot = new JsonObject(data.substring(6));
            assertThat(snapshot.getInteger("devicesTotal")).isEqualTo(3);
            assertThat(snapshot.getJsonArray("rollouts")).isNotEmpty();
        }
        var first = http.sendAsync(
                        server.request("/api/v1/events").GET().build(), HttpResponse.BodyHandlers.ofInputStream())
                .join();
        contractStream(first);
        var open = new java.util.ArrayList<HttpResponse<java.io.InputStream>>();
        open.add(first);
        await().atMost(SOON).until(() -> {
            var next = http.sendAsync(
                            server.request("/api/v1/events").GET().build(), HttpResponse.BodyHandlers.ofInputStream())
                    .join();
            open.add(next);
            return next.statusCode() == 503;
        });
        for (var stream : open) {
            stream.body().close();
        }
    }

    private static void contractStream(HttpResponse<java.io.InputStream> stream) {
        assertThat(stream.statusCode()).isEqualTo(200);
        assertThat(stream.headers().firstValue("content-type")).contains("text/event-stream");
        contract.exercised().add("GET /api/v1/events");
    }

    @Test
    @Order(8)
    void a_device_is_forgotten() throws Exception {
        var deleted = server.send(server.request("/api/v1/devices/cam-3").DELETE());
        contract.holds("DELETE /api/v1/devices/{id}", deleted);
        assertThat(deleted.statusCode()).isEqualTo(204);
        assertThat(server.get("/api/v1/devices/cam-3").statusCode()).isEqualTo(404);
        calls.refused(
                "DELETE /api/v1/devices/{id}",
                server.send(server.request("/api/v1/devices/cam-3").DELETE()),
                404,
                "DEVICE_NOT_FOUND");
    }

    @Test
    @Order(9)
    void webhooks_events_and_the_audit_log_answer() throws Exception {
        new EventsContract(calls).webhooksEventsAndAudit();
    }

    @Test
    @Order(10)
    void the_stream_of_events_is_taken_up_after_the_last_that_was_seen() throws Exception {
        new EventsContract(calls).streamIsTakenUp();
    }

    @Test
    @Order(11)
    void an_identifier_that_two_devices_use_is_named_in_an_event_and_counted() throws Exception {
        new EventsContract(calls).sharedIdentifier();
    }

    @Test
    @Order(100)
    void every_operation_of_the_document_was_called_and_answered_well() {
        assertThat(contract.exercised()).containsAll(contract.operations());
    }

    private static String encoded(String query) {
        return java.net.URLEncoder.encode(query, StandardCharsets.UTF_8);
    }

    /** A zip with eight labelled inputs for the tiny model. */
    private static byte[] data() throws Exception {
        var inputs = new ByteArrayOutputStream();
        inputs.write(new byte[] {0, 0, 8, 3, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0, 0, 8});
        inputs.write(new byte[8 * 64]);
        var labels = new ByteArrayOutputStream();
        labels.write(new byte[] {0, 0, 8, 1, 0, 0, 0, 8});
        labels.write(new byte[8]);
        var yaml = """
                inputs:
                  x: {file: x.idx3-ubyte, scale: 0.0039215686, layout: NCHW}
                labels: {file: y.idx1-ubyte}
                output: y
                metric: top1
                splits: {calibration: 0..4, validation: 4..8}
                """;
        var zip = new ByteArrayOutputStream();
        try (var out = new ZipOutputStream(zip)) {
            put(out, "data.yaml", yaml.getBytes(StandardCharsets.UTF_8));
            put(out, "x.idx3-ubyte", inputs.toByteArray());
            put(out, "y.idx1-ubyte", labels.toByteArray());
        }
        return zip.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws Exception {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content);
        zip.closeEntry();
    }
}
