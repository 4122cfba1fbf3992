package dev.edgewright.benchmarks.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;

/** What benchmarks ask of the controller's REST interface. */
public record Rest(HttpClient client, URI base) {

    private static final ObjectMapper JSON = new ObjectMapper();

    public JsonNode get(String path) throws IOException, InterruptedException {
        return JSON.readTree(send("GET", path, BodyPublishers.noBody(), "application/json"));
    }

    public JsonNode post(String path, String json) throws IOException, InterruptedException {
        return JSON.readTree(send("POST", path, BodyPublishers.ofString(json), "application/json"));
    }

    public JsonNode upload(String path, Path file) throws IOException, InterruptedException {
        return JSON.readTree(send("POST", path, BodyPublishers.ofFile(file), "application/octet-stream"));
    }

    /** The sum of a metric over its labels. */
    public double metric(String name) throws IOException, InterruptedException {
        return metric(name, "");
    }

    /** The sum of a metric over the series that carry {@code label}, written as in the text format. */
    public double metric(String name, String label) throws IOException, InterruptedException {
        return send("GET", "/metrics", BodyPublishers.noBody(), "text/plain")
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .filter(line -> line.contains(label))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private String send(String method, String path, BodyPublisher body, String type)
            throws IOException, InterruptedException {
        var response = client.send(
                HttpRequest.newBuilder(base.resolve(path))
                        .header("Content-Type", type)
                        .method(method, body)
                        .build(),
                BodyHandlers.ofString());
        if (response.statusCode() >= 300) {
            throw new IOException(method + " " + path + ": " + response.statusCode() + " " + response.body());
        }
        return response.body();
    }
}
