package dev.edgewright.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Asks a device's model over the Open Inference Protocol (KServe v2) with binary tensors: a JSON header, whose length
 * stands in {@code Inference-Header-Content-Length}, then the tensors' bytes.
 */
final class InferenceClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String HEADER_LENGTH = "Inference-Header-Content-Length";

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI model;
    private final TestImages images;
    private final byte[] header;

    InferenceClient(int port, String model, TestImages images) {
        this.model = URI.create("http://127.0.0.1:" + port + "/v2/models/" + model);
        this.images = images;
        this.header = header(images);
    }

    private static byte[] header(TestImages images) {
        ObjectNode request = JSON.createObjectNode();
        ObjectNode input = request.putArray("inputs").addObject();
        input.put("name", images.input()).put("datatype", "FP32");
        for (long size : images.shape()) {
            input.withArray("/shape").add(size);
        }
        input.putObject("parameters").put("binary_data_size", images.samples().get(0).length);
        ObjectNode output = request.putArray("outputs").addObject();
        output.put("name", images.output()).putObject("parameters").put("binary_data", true);
        return request.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Whether the device serves the model now. */
    boolean ready() throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(model + "/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The class that the device gives a sample: the index of the largest score.
     *
     * @throws IOException where it answers with an error or not at all
     */
    int classOf(int sample) throws IOException, InterruptedException {
        byte[] tensor = images.samples().get(sample);
        HttpRequest request = HttpRequest.newBuilder(URI.create(model + "/infer"))
                .timeout(Duration.ofSeconds(10))
                .header("Content-Type", "application/octet-stream")
                .header(HEADER_LENGTH, String.valueOf(header.length))
                .POST(BodyPublishers.concat(BodyPublishers.ofByteArray(header), BodyPublishers.ofByteArray(tensor)))
                .build();
        HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            throw new IOException(
                    "answered " + response.statusCode() + ": " + new String(response.body(), StandardCharsets.UTF_8));
        }
        return largest(scores(response));
    }

    private float[] scores(HttpResponse<byte[]> response) throws IOException {
        byte[] body = response.body();
        int json = (int) response.headers().firstValueAsLong(HEADER_LENGTH).orElse(body.length);
        JsonNode output = JSON.readTree(body, 0, json).path("outputs").path(0);
        if (json < body.length) {
            float[] scores = new float[(body.length - json) / 4];
            ByteBuffer.wrap(body, json, body.length - json)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(scores);
            return scores;
        }
        float[] scores = new float[output.path("data").size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = (float) output.path("data").path(i).asDouble();
        }
        return scores;
    }

    private static int largest(float[] scores) throws IOException {
        if (scores.length == 0) {
            throw new IOException("answered without scores");
        }
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            best = scores[i] > scores[best] ? i : best;
        }
        return best;
    }
}
