package dev.edgewright.agent.serve;

import dev.edgewright.agent.graphs.TestModels;
import dev.edgewright.agent.inference.InferenceSettings;
import dev.edgewright.agent.inference.ModelRegistry;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.compression.onnx.proto.TensorProto.DataType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** A running inference server on a free loopback port, with small models, and a client for it. */
final class ServedModels implements AutoCloseable {
    static final ServeSettings SETTINGS = new ServeSettings("127.0.0.1", 0, 64 << 10, 4 << 10, 2, 4);

    final ModelRegistry registry = new ModelRegistry(new InferenceSettings(1, 0));
    final HttpListener listener;
    private final HttpClient client = HttpClient.newHttpClient();
    private final Path folder;

    ServedModels(Path folder) {
        this.folder = folder;
        this.listener = InferenceServer.start(
                SETTINGS,
                registry,
                "0.1",
                Optional.of(accept -> new Page("text/plain", "up 1\n".getBytes(StandardCharsets.UTF_8))));
    }

    ServedModels with(String name, String variant, byte[] model) {
        Path file = TestModels.write(folder, name + "-" + variant + ".onnx", model);
        Manifest manifest = Manifest.newBuilder()
                .setModel(name)
                .setVersion("3")
                .setVariant(variant)
                .build();
        registry.activate(registry.prepare(ModelName.of(name), file, manifest));
        return this;
    }

    ServedModels withIdentity(DataType type, String name) {
        return with(name, "plain", TestModels.identity(type));
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + listener.port() + path);
    }

    HttpResponse<byte[]> get(String path) {
        return send(HttpRequest.newBuilder(uri(path)).GET().build());
    }

    HttpResponse<byte[]> post(String path, byte[] body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        return send(
                headers.length == 0 ? request.build() : request.headers(headers).build());
    }

    HttpResponse<byte[]> post(String path, String body) {
        return post(path, body.getBytes(StandardCharsets.UTF_8));
    }

    HttpResponse<byte[]> send(HttpRequest request) {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        listener.close();
        registry.close();
    }
}
