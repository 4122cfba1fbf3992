package dev.edgewright.cli.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.edgewright.cli.remote.CliFailure.Exit;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/**
 * A controller's REST API under {@code /api/v1}. Answers are JSON trees; errors (RFC 9457 problem documents, no
 * connection, no JSON) become a {@link CliFailure} that says what to do next.
 */
public final class Api {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(60);
    private static final Duration UPLOAD_WITHIN = Duration.ofMinutes(30);

    private final URI server;
    private final HttpClient http;

    public Api(URI server) {
        this.server = server;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }

    public URI server() {
        return server;
    }

    /** GET of a path such as {@code /devices/cam-1}. */
    public JsonNode get(String path) {
        return send(request(path).GET(), ANSWER_WITHIN);
    }

    /** All items of a paged list, every page fetched. */
    public ArrayNode list(String path, Map<String, String> query) {
        ArrayNode all = JSON.createArrayNode();
        Map<String, String> parameters = new LinkedHashMap<>(query);
        while (true) {
            JsonNode page = get(path + query(parameters));
            JsonNode items = page.isArray() ? page : page.path("items");
            items.forEach(all::add);
            String next = page.path("next").asText("");
            if (next.isEmpty() || "null".equals(next) || items.isEmpty()) {
                return all;
            }
            parameters.put("after", next);
        }
    }

    /** POST of a JSON document; an empty one where {@code body} is null. */
    public JsonNode post(String path, JsonNode body) {
        return send(json(request(path), "POST", body), ANSWER_WITHIN);
    }

    public JsonNode patch(String path, JsonNode body) {
        return send(json(request(path), "PATCH", body), ANSWER_WITHIN);
    }

    public JsonNode delete(String path) {
        return send(request(path).DELETE(), ANSWER_WITHIN);
    }

    /**
     * Sends a file as the body.
     *
     * @param sent told the number of bytes that went out so far
     */
    public JsonNode upload(String method, String path, String contentType, Path file, LongConsumer sent) {
        BodyPublisher body = FileUpload.of(file, sent);
        return send(request(path).header("Content-Type", contentType).method(method, body), UPLOAD_WITHIN);
    }

    /** {@code ?a=b&c=d} with what must be escaped escaped; empty for no parameters. Null values are left out. */
    public static String query(Map<String, String> parameters) {
        String joined = parameters.entrySet().stream()
                .filter(e -> e.getValue() != null)
                .map(e -> e.getKey() + "=" + escape(e.getValue()))
                .collect(Collectors.joining("&"));
        return joined.isEmpty() ? "" : "?" + joined;
    }

    /** One segment of a path. */
    public static String escape(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server + "/api/v1" + path))
                .header("Accept", "application/json")
                .header("edgewright-client", "cli")
                .header("edgewright-actor", actor());
    }

    /** The user's name for the audit log, with what a header cannot carry left out. */
    private static String actor() {
        String name = System.getProperty("user.name", "").replaceAll("[^\\x21-\\x7e]", "");
        return name.isEmpty() ? "unknown" : name;
    }

    private static HttpRequest.Builder json(HttpRequest.Builder request, String method, JsonNode body) {
        String text = body == null ? "{}" : body.toString();
        return request.header("Content-Type", "application/json").method(method, BodyPublishers.ofString(text));
    }

    private JsonNode send(HttpRequest.Builder builder, Duration within) {
        HttpRequest request = builder.timeout(within).build();
        HttpResponse<String> response;
        try {
            response = http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (ConnectException | HttpConnectTimeoutException e) {
            throw unreachable("no controller answers at " + server);
        } catch (HttpTimeoutException e) {
            throw unreachable(server + " did not answer within " + within.toSeconds() + " s");
        } catch (IOException e) {
            throw unreachable("the connection to " + server + " broke: " + message(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliFailure(Exit.FAILED, "interrupted", "");
        }
        if (response.statusCode() >= 400) {
            throw refused(request, response);
        }
        return parse(response.body());
    }

    private CliFailure unreachable(String message) {
        return new CliFailure(
                Exit.UNREACHABLE,
                message,
                "Start one with 'edgewright controller', or name another with --server URL or EDGEWRIGHT_SERVER.");
    }

    private JsonNode parse(String body) {
        if (body.isBlank()) {
            return JSON.createObjectNode();
        }
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new CliFailure(
                    Exit.FAILED,
                    server + " answered with something that is not JSON",
                    "Is it an Edgewright controller? Ask " + server + "/healthz.");
        }
    }

    private CliFailure refused(HttpRequest request, HttpResponse<String> response) {
        JsonNode problem;
        try {
            problem = JSON.readTree(response.body());
        } catch (JsonProcessingException e) {
            problem = JSON.createObjectNode();
        }
        String title = problem.path("title").asText("");
        String detail = problem.path("detail").asText("");
        String words = detail.isEmpty() ? title : detail;
        if (words.isEmpty()) {
            words = request.method() + " " + request.uri() + " answered " + response.statusCode();
        }
        String code = problem.path("code").asText("");
        String hint = problem.path("hint").asText("");
        Exit exit = response.statusCode() == 404 ? Exit.NOT_FOUND : Exit.FAILED;
        return new CliFailure(exit, code.isEmpty() ? words : words + " (" + code + ")", hint);
    }

    private static String message(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
