package dev.edgewright.controller.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** Calls that are held against the document as they are made. */
record ContractCalls(HttpFixture server, Contract contract) {

    HttpResponse<byte[]> get(String template, String path) throws Exception {
        var answer = server.get(path);
        assertThat(answer.statusCode())
                .as(path + " " + new String(answer.body(), StandardCharsets.UTF_8))
                .isEqualTo(200);
        contract.holds("GET " + template, answer);
        return answer;
    }

    void refused(String operation, HttpResponse<byte[]> answer, int status, String code) {
        var problem = json(answer);
        assertThat(answer.statusCode()).as(problem.encode()).isEqualTo(status);
        assertThat(problem.getString("code")).isEqualTo(code);
        contract.holds(operation, answer);
    }

    static JsonObject json(HttpResponse<byte[]> answer) {
        return new JsonObject(new String(answer.body(), StandardCharsets.UTF_8));
    }
}
