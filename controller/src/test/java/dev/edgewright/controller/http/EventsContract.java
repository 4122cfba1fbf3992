package dev.edgewright.controller.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.edgewright.controller.testing.FakeDevice;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Webhooks, the stream and the log of events, and the audit log, held against the document. */
record EventsContract(ContractCalls calls) {

    private static final Duration SOON = Duration.ofMinutes(3);

    void webhooksEventsAndAudit() throws Exception {
        var got = new java.util.concurrent.LinkedBlockingQueue<String[]>();
        var receiver = com.sun.net.httpserver.HttpServer.create(new java.net.InetSocketAddress("127.0.0.1", 0), 0);
        receiver.createContext("/", exchange -> {
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            got.add(new String[] {exchange.getRequestHeaders().getFirst("edgewright-signature"), body});
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        receiver.start();
        try {
            var url = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook";
            var created = calls.server()
                    .postJson(
                            "/api/v1/webhooks",
                            "{\"url\":\"" + url + "\",\"kinds\":[\"rollout.*\"],\"secret\":\"0123456789abcdef\"}");
            calls.contract().holds("POST /api/v1/webhooks", created);
            assertThat(created.statusCode()).isEqualTo(201);
            var path = "/api/v1/webhooks/" + ContractCalls.json(created).getString("id");
            assertThat(new String(
                            calls.get("/api/v1/webhooks", "/api/v1/webhooks").body(), StandardCharsets.UTF_8))
                    .doesNotContain("0123456789abcdef");
            calls.get("/api/v1/webhooks/{id}", path);
            calls.contract()
                    .holds("POST /api/v1/webhooks/{id}/test", calls.server().postJson(path + "/test", ""));
            var first = got.poll(30, java.util.concurrent.TimeUnit.SECONDS);
            calls.contract().holds("#/components/schemas/Event", first[1], "what a webhook gets");
            assertThat(dev.edgewright.controller.events.EventSignature.good(
                            first[0],
                            "0123456789abcdef",
                            first[1].getBytes(StandardCharsets.UTF_8),
                            System.currentTimeMillis() / 1000,
                            60))
                    .isTrue();
            await().atMost(SOON)
                    .until(() -> ContractCalls.json(calls.get(
                                            "/api/v1/webhooks/{id}/deliveries", path + "/deliveries?state=DELIVERED"))
                                    .getJsonArray("items")
                                    .size()
                            == 1);
            var event = new JsonObject(first[1]).getString("id");
            calls.refused(
                    "POST /api/v1/webhooks/{id}/deliveries/{event}/retry",
                    calls.server().postJson(path + "/deliveries/" + event + "/retry", ""),
                    409,
                    "DELIVERY_STATE");

            receiver.removeContext("/");
            calls.contract()
                    .holds("POST /api/v1/webhooks/{id}/test", calls.server().postJson(path + "/test", ""));
            await().atMost(SOON)
                    .until(() -> ContractCalls.json(calls.server().get(path + "/deliveries?state=DEAD"))
                                    .getJsonArray("items")
                                    .size()
                            == 1);
            var dead = ContractCalls.json(calls.server().get(path + "/deliveries?state=DEAD"))
                    .getJsonArray("items")
                    .getJsonObject(0);
            assertThat(dead.getInteger("attempts")).isEqualTo(3);
            assertThat(dead.getString("lastError")).contains("answered 404");
            calls.contract()
                    .holds(
                            "POST /api/v1/webhooks/{id}/deliveries/{event}/retry",
                            calls.server().postJson(path + "/deliveries/" + dead.getString("event") + "/retry", ""));
            calls.contract()
                    .holds(
                            "DELETE /api/v1/webhooks/{id}",
                            calls.server().send(calls.server().request(path).DELETE()));
            calls.refused("GET /api/v1/webhooks/{id}", calls.server().get(path), 404, "WEBHOOK_NOT_FOUND");
        } finally {
            receiver.stop(0);
        }
        var log = ContractCalls.json(calls.get("/api/v1/events/log", "/api/v1/events/log?limit=1000"))
                .getJsonArray("items");
        assertThat(log.stream().map(e -> ((JsonObject) e).getString("kind")))
                .contains("rollout.created", "rollout.state", "rollout.wave");
        var audit = ContractCalls.json(calls.get("/api/v1/audit", "/api/v1/audit?action=rollouts.pause"))
                .getJsonArray("items");
        assertThat(audit.stream().map(e -> ((JsonObject) e).getString("outcome")))
                .as("what was refused is there too")
                .contains("done", "ROLLOUT_STATE");
        var done = audit.stream()
                .map(JsonObject.class::cast)
                .filter(e -> e.getString("outcome").equals("done"))
                .findFirst()
                .orElseThrow();
        assertThat(done.getString("before")).isEqualTo("RUNNING");
        assertThat(done.getString("after")).isEqualTo("PAUSED");
        assertThat(done.getString("actor")).isEqualTo("127.0.0.1");
    }

    /** In the audit log, after a halted rollout was resumed. */
    void whoAcceptedWhichVerdict() throws Exception {
        var server = calls.server();
        server.devices.values().forEach(d -> d.behaves(FakeDevice.Behaviour.FAILS));
        var created = server.postJson(
                "/api/v1/rollouts",
                "{\"model\":\"tiny\",\"version\":\"1\",\"watchSeconds\":0,\"waves\":[{\"count\":3}]}");
        var path = "/api/v1/rollouts/" + ContractCalls.json(created).getString("id");
        await().atMost(SOON)
                .until(() ->
                        ContractCalls.json(server.get(path)).getString("state").equals("HALTED")
                                && ContractCalls.json(server.get(path))
                                                .getJsonObject("counts")
                                                .getInteger("failed")
                                        == 3);
        calls.contract().holds("POST /api/v1/rollouts/{id}/resume", server.postJson(path + "/resume", ""));
        var resumed = ContractCalls.json(server.get("/api/v1/audit?action=rollouts.resume&limit=1"))
                .getJsonArray("items")
                .getJsonObject(0);
        assertThat(resumed.getString("actor")).isEqualTo("127.0.0.1");
        assertThat(resumed.getString("before")).startsWith("HALTED: wave 1: ").contains("devices failed");
        assertThat(resumed.getString("after")).startsWith("SUCCEEDED: ").contains("accepted 3 failed devices");
    }

    void streamIsTakenUp() throws Exception {
        var http = HttpClient.newHttpClient();
        var request = calls.server().request("/api/v1/events/stream").header("Last-Event-ID", "2");
        var answer = http.send(request.GET().build(), HttpResponse.BodyHandlers.ofLines());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("text/event-stream");
        calls.contract().exercised().add("GET /api/v1/events/stream");
        try (var lines = answer.body()) {
            var three = lines.filter(line -> line.startsWith("id: ") || line.startsWith("data: "))
                    .limit(6)
                    .toList();
            assertThat(three).element(0).isEqualTo("id: 3");
            assertThat(three).element(2).isEqualTo("id: 4");
            assertThat(three).element(4).isEqualTo("id: 5");
            calls.contract().holds("#/components/schemas/Event", three.get(1).substring(6), "an event of the stream");
        }
        calls.refused(
                "GET /api/v1/events/stream",
                calls.server().get("/api/v1/events/stream?after=soon"),
                400,
                "EVENT_ID_INVALID");
    }

    void sharedIdentifier() throws Exception {
        var id = dev.edgewright.common.id.DeviceId.of("twin");
        for (int i = 0; i < 4; i++) {
            var boot = com.google.protobuf.ByteString.copyFrom(
                    new byte[] {(byte) (i % 2), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15});
            calls.server()
                    .domain
                    .fleet()
                    .onHello(
                            id,
                            dev.edgewright.common.protocol.v1.Hello.newBuilder()
                                    .setDeviceId("twin")
                                    .setBootId(boot)
                                    .setSequence(i + 1)
                                    .build());
        }
        await().atMost(SOON)
                .until(() ->
                        ContractCalls.json(calls.server().get("/api/v1/events/log?limit=1000"))
                                .getJsonArray("items")
                                .stream()
                                .map(JsonObject.class::cast)
                                .anyMatch(e -> e.getString("kind").equals("device.shared-id")
                                        && e.getString("words").contains("identifier twin")));
        assertThat(new String(calls.server().get("/metrics").body(), StandardCharsets.UTF_8))
                .contains("edgewright_devices_sharing_an_identifier 1.0");
    }
}
