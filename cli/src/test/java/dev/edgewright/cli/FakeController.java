package dev.edgewright.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A controller for tests of the verbs: gives canned answers, remembers requests. Requests and answers are held against
 * {@code openapi.yaml}, so that a test cannot pass with an interface that the controller does not have.
 */
public final class FakeController implements AutoCloseable {
    /** One request as it arrived. */
    public record Request(String method, String path, Map<String, String> query, byte[] body) {
        public JsonNode json() {
            return FakeController.json(new String(body, StandardCharsets.UTF_8));
        }
    }

    private record Answer(int status, String body) {}

    private static final ObjectMapper JSON = new ObjectMapper();
    private final OpenApi openApi = OpenApi.load();
    private final HttpServer server;
    private final Map<String, Deque<Answer>> answers = new HashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<String> violations = new CopyOnWriteArrayList<>();

    public FakeController() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.start();
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Answers such a request with these documents, one after the other; the last one stays. */
    public FakeController on(String method, String path, int status, String... bodies) {
        Deque<Answer> queue = answers.computeIfAbsent(method + " /api/v1" + path, k -> new ArrayDeque<>());
        for (String body : bodies) {
            if (status < 400 || body.startsWith("{")) {
                violations.addAll(openApi.answerProblems(method, "/api/v1" + path, status, json(body)));
            }
            queue.add(new Answer(status, body));
        }
        return this;
    }

    public List<Request> requests() {
        return requests;
    }

    public Request last() {
        return requests.get(requests.size() - 1);
    }

    /** Where requests or canned answers are not what the controller's interface says. */
    public List<String> violations() {
        return violations;
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String method = exchange.getRequestMethod();
        String path = exchange.getRequestURI().getPath();
        String query = exchange.getRequestURI().getRawQuery();
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        boolean isJson = "application/json".equals(type) && body.length > 0;
        requests.add(new Request(method, path, OpenApi.parameters(query), body));
        violations.addAll(openApi.problems(
                method, path, query, type, isJson ? json(new String(body, StandardCharsets.UTF_8)) : null));
        Deque<Answer> queue = answers.getOrDefault(method + " " + path, new ArrayDeque<>());
        Answer answer = queue.size() > 1 ? queue.poll() : queue.peek();
        if (answer == null) {
            answer = new Answer(404, problem(404, "NOT_FOUND", "nothing at " + path, ""));
        }
        byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    /** A problem document. */
    public static String problem(int status, String code, String detail, String hint) {
        return JSON.createObjectNode()
                .put("type", "urn:edgewright:problem:" + code.toLowerCase(java.util.Locale.ROOT))
                .put("title", code)
                .put("status", status)
                .put("code", code)
                .put("detail", detail)
                .put("hint", hint)
                .toString();
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text.isEmpty() ? "{}" : text);
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }
}
