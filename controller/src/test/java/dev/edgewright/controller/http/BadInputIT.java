package dev.edgewright.controller.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.controller.testing.Models;
import io.vertx.core.json.JsonObject;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the HTTP interface says to bad input, by name; and that it loses nothing over it. */
class BadInputIT {
    @TempDir
    static Path folder;

    private static HttpFixture server;

    @BeforeAll
    static void start() throws Exception {
        server = new HttpFixture(folder);
        server.device("cam-1");
        server.post("/api/v1/models/tiny?version=1&variants=none", "application/octet-stream", Models.tiny(1));
        server.postJson("/api/v1/models/tiny/variants", "{\"recipes\":[\"fp32\"]}");
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        !server.domain.catalog().variants(ModelName.of("tiny")).isEmpty());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void a_model_of_0_bytes() throws Exception {
        refused(upload("/api/v1/models/empty", new byte[0]), 400, "BODY_EMPTY", "0 bytes");
        assertThat(server.get("/api/v1/models/empty").statusCode()).isEqualTo(404);
    }

    @Test
    void a_model_that_is_a_text_file() throws Exception {
        var text = "this is no model, but a letter to a friend\n".repeat(20).getBytes(StandardCharsets.UTF_8);
        refused(upload("/api/v1/models/letter", text), 422, "MODEL_NOT_ONNX", "");
    }

    @Test
    void a_model_that_was_cut_off() throws Exception {
        var whole = Models.tiny(1);
        var answer = upload("/api/v1/models/cut", Arrays.copyOf(whole, whole.length / 2));
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(code(answer)).startsWith("MODEL_");
        assertThat(server.get("/api/v1/models/cut").statusCode()).isEqualTo(404);
    }

    @Test
    void a_model_larger_than_the_limit_announced_by_its_length() throws Exception {
        refused(upload("/api/v1/models/huge", new byte[HttpFixture.MAX_MODEL_BYTES + 1]), 413, "BODY_TOO_LARGE", "");
    }

    @Test
    void a_model_larger_than_the_limit_sent_in_chunks() throws Exception {
        var body = HttpRequest.BodyPublishers.ofInputStream(
                () -> new java.io.ByteArrayInputStream(new byte[HttpFixture.MAX_MODEL_BYTES + 1]));
        var answer = server.send(server.request("/api/v1/models/huge")
                .header("content-type", "application/octet-stream")
                .POST(body));
        refused(answer, 413, "BODY_TOO_LARGE", "");
    }

    @Test
    void no_upload_leaves_a_file_behind() throws Exception {
        upload("/api/v1/models/empty", new byte[0]);
        upload("/api/v1/models/letter", "no model".getBytes(StandardCharsets.UTF_8));
        try (var left = Files.list(folder.resolve("uploads"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void a_model_with_the_wrong_content_type() throws Exception {
        refused(
                server.post("/api/v1/models/m", "application/json", Models.tiny(1)),
                415,
                "CONTENT_TYPE_UNSUPPORTED",
                "application/octet-stream");
    }

    @Test
    void a_model_name_outside_the_alphabet() throws Exception {
        refused(upload("/api/v1/models/Not%20Valid", Models.tiny(1)), 400, "ID_INVALID", "");
    }

    @Test
    void data_that_is_no_zip() throws Exception {
        var answer = server.send(server.request("/api/v1/models/tiny/data")
                .header("content-type", "application/zip")
                .PUT(HttpRequest.BodyPublishers.ofString("no zip")));
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(code(answer)).startsWith("DATA_");
    }

    @Test
    void a_body_that_is_no_json() throws Exception {
        refused(server.postJson("/api/v1/rollouts", "{\"model\":"), 400, "JSON_INVALID", "line 1");
    }

    @Test
    void an_empty_body_where_json_is_wanted() throws Exception {
        refused(server.postJson("/api/v1/rollouts", ""), 400, "JSON_INVALID", "empty");
    }

    @Test
    void a_json_body_over_its_limit() throws Exception {
        var body = "{\"model\":\"" + "m".repeat(2 << 20) + "\"}";
        refused(server.postJson("/api/v1/rollouts", body), 413, "BODY_TOO_LARGE", "1048576");
    }

    @Test
    void an_unknown_field_names_those_that_are_known() throws Exception {
        refused(
                server.postJson("/api/v1/rollouts", "{\"model\":\"tiny\",\"wavez\":[]}"),
                400,
                "FIELD_UNKNOWN",
                "waves");
    }

    @Test
    void an_unknown_field_deep_inside_is_named_with_its_path() throws Exception {
        refused(
                server.postJson("/api/v1/rollouts", "{\"model\":\"tiny\",\"waves\":[{\"percents\":5}]}"),
                400,
                "FIELD_UNKNOWN",
                "waves[0].percents");
    }

    @Test
    void a_field_that_is_given_twice() throws Exception {
        refused(
                server.postJson("/api/v1/rollouts", "{\"model\":\"tiny\",\"model\":\"other\"}"),
                400,
                "JSON_INVALID",
                "model");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"waves\":[{\"percent\":101}]}                 | WAVE_INVALID        | percent",
                "{\"waves\":[{\"percent\":0}]}                   | WAVE_INVALID        | percent",
                "{\"waves\":[{\"percent\":5,\"count\":1}]}       | WAVE_INVALID        | not both",
                "{\"waves\":[{\"count\":0}]}                     | WAVE_INVALID        | count",
                "{\"maxFailureRatio\":1.5}                       | GATE_INVALID        | maxFailureRatio",
                "{\"maxDrop\":-1}                                | REQUIREMENT_INVALID | maxDrop",
                "{\"watchSeconds\":-1}                           | PACE_INVALID        | watchSeconds",
                "{\"watchSeconds\":100000000}                    | FIELD_INVALID       | watchSeconds",
                "{\"watchSeconds\":\"ten\"}                      | FIELD_INVALID       | watchSeconds",
                "{\"startAt\":\"tomorrow\"}                      | FIELD_INVALID       | startAt",
                "{\"window\":{\"from\":\"25:00\",\"to\":\"1:00\"}} | FIELD_INVALID     | window.from",
                "{\"gates\":{\"onBreach\":\"PANIC\"}}            | FIELD_INVALID       | HOLD or REVERT",
                "{\"limits\":{\"maxErrorRatio\":2}}              | FIELD_INVALID       | maxErrorRatio",
                "{\"query\":\"device.colour == 'red'\"}          | QUERY_INVALID       | colour",
                "{\"model\":\"NOT VALID\"}                       | ID_INVALID          | NOT VALID",
            })
    void a_rollout_with_a_value_that_cannot_be(String fields, String code, String words) throws Exception {
        var body = fields.strip();
        var whole = body.contains("\"model\"") ? body : "{\"model\":\"tiny\"," + body.substring(1);
        refused(server.postJson("/api/v1/rollouts", whole), 400, code.strip(), words.strip());
        assertThat(server.domain.rollouts().list(10)).isEmpty();
    }

    @Test
    void a_rollout_of_a_model_that_is_not_there() throws Exception {
        refused(server.postJson("/api/v1/rollouts", "{\"model\":\"nothing\"}"), 404, "MODEL_NOT_FOUND", "nothing");
    }

    @Test
    void an_unknown_query_parameter() throws Exception {
        refused(server.get("/api/v1/devices?limits=3"), 400, "PARAMETER_UNKNOWN", "limit");
    }

    @ParameterizedTest
    @CsvSource({"/api/v1/devices?limit=0", "/api/v1/devices?limit=1001", "/api/v1/devices?limit=many"})
    void a_limit_that_cannot_be(String path) throws Exception {
        refused(server.get(path), 400, "PARAMETER_INVALID", "from 1 to 1000");
    }

    @Test
    void a_floor_over_1() throws Exception {
        refused(server.get("/api/v1/models/tiny/selection?floor=95"), 400, "PARAMETER_INVALID", "from 0 to 1");
    }

    @Test
    void a_query_that_does_not_compile() throws Exception {
        refused(server.get("/api/v1/devices?query=device.arch%20%3D%3D"), 400, "QUERY_INVALID", "");
    }

    @Test
    void labels_that_cannot_be() throws Exception {
        var answer = server.send(server.request("/api/v1/devices/cam-1")
                .method("PATCH", HttpRequest.BodyPublishers.ofString("{\"labels\":{\"not a key\":\"x\"}}")));
        refused(answer, 400, "LABELS_INVALID", "");
    }

    @Test
    void a_path_that_is_not_there() throws Exception {
        refused(server.get("/api/v1/nothing"), 404, "PATH_NOT_FOUND", "/api/v1/nothing");
    }

    @Test
    void a_path_with_dots_reaches_no_file() throws Exception {
        assertThat(server.get("/web/..%2f..%2fopenapi.yaml").statusCode()).isEqualTo(404);
        assertThat(server.get("/web/%2e%2e/index.html").statusCode()).isEqualTo(404);
    }

    @Test
    void a_method_that_a_path_does_not_take() throws Exception {
        refused(server.postJson("/api/v1/info", "{}"), 405, "METHOD_NOT_ALLOWED", "POST");
    }

    @ParameterizedTest
    @CsvSource({"0-9, 0, 10", "5-5, 5, 1", "-10, -10, 10", "10-, 10, -10"})
    void a_range_of_a_blob(String range, int from, int length) throws Exception {
        var plain = Models.tiny(1);
        var digest = Digest.of(plain).hex();
        var answer = server.send(server.request("/api/v1/blobs/" + digest)
                .header("range", "bytes=" + range)
                .GET());
        int first = from < 0 ? plain.length + from : from;
        int bytes = length < 0 ? plain.length + length : length;
        assertThat(answer.statusCode()).isEqualTo(206);
        assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(plain, first, first + bytes));
        assertThat(answer.headers().firstValue("content-range"))
                .contains("bytes " + first + "-" + (first + bytes - 1) + "/" + plain.length);
    }

    @Test
    void a_range_beyond_the_end_of_a_blob() throws Exception {
        var digest = Digest.of(Models.tiny(1)).hex();
        var answer = server.send(server.request("/api/v1/blobs/" + digest)
                .header("range", "bytes=99999999-")
                .GET());
        refused(answer, 416, "RANGE_UNSATISFIABLE", "bytes");
    }

    @Test
    void a_host_that_is_not_this_machine() throws Exception {
        assertThat(raw("GET /api/v1/devices HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 403")
                .contains("HOST_REFUSED");
    }

    @Test
    void a_change_from_a_page_of_another_site() throws Exception {
        var answer = server.send(server.request("/api/v1/rollouts")
                .header("origin", "http://evil.example")
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"tiny\"}")));
        refused(answer, 403, "ORIGIN_REFUSED", "");
        assertThat(server.domain.rollouts().list(10)).isEmpty();
    }

    @Test
    void a_request_that_is_no_http() throws Exception {
        assertThat(raw("HELLO\r\n\r\n")).startsWith("HTTP/1");
        assertThat(server.get("/healthz").statusCode()).isEqualTo(200);
    }

    private static String raw(String text) throws Exception {
        try (var socket = new Socket("127.0.0.1", server.edge.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            return new String(read(socket.getInputStream()), StandardCharsets.UTF_8);
        }
    }

    private static byte[] read(InputStream in) throws Exception {
        return in.readAllBytes();
    }

    private static HttpResponse<byte[]> upload(String path, byte[] body) throws Exception {
        return server.post(path, "application/octet-stream", body);
    }

    private static String code(HttpResponse<byte[]> answer) {
        return new JsonObject(new String(answer.body(), StandardCharsets.UTF_8)).getString("code");
    }

    private static void refused(HttpResponse<byte[]> answer, int status, String code, String words) {
        var text = new String(answer.body(), StandardCharsets.UTF_8);
        assertThat(answer.statusCode()).as(text).isEqualTo(status);
        assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
        var problem = new JsonObject(text);
        assertThat(problem.getString("code")).as(text).isEqualTo(code);
        assertThat(problem.getInteger("status")).isEqualTo(status);
        assertThat(problem.getString("detail")).as("says what was wrong").contains(words);
    }
}
