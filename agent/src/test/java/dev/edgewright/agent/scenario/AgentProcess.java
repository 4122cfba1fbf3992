package dev.edgewright.agent.scenario;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** An agent as a process of its own, to be killed. */
final class AgentProcess {

    private final Path data;
    private final Path log;
    private final List<String> options;
    private final HttpClient http = HttpClient.newHttpClient();
    private Process process;

    AgentProcess(Path data, Path log, List<String> options) {
        this.data = data;
        this.log = log;
        this.options = options;
    }

    void start() {
        try {
            Files.deleteIfExists(port());
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-Xshare:auto",
                    "dev.edgewright.agent.AgentMain"));
            command.addAll(options);
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            // Not -cp: ONNX Runtime 1.29 dies of a signal where the command line is longer than about 8 KiB.
            builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** SIGTERM; the exit code is 143 when the agent ended by it. */
    int terminate() {
        process.destroy();
        awaitEnd();
        return process.exitValue();
    }

    boolean alive() {
        return process.isAlive();
    }

    void awaitServing(Duration patience) {
        Awaitility.await()
                .atMost(patience)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> Files.exists(port()) || !process.isAlive());
        if (!process.isAlive()) {
            throw new IllegalStateException("the agent ended by itself, see " + log);
        }
    }

    /** The body of an answer for x = 1, 2, 3, 4; also of an error. */
    String infer(String model) {
        try {
            int port = Integer.parseInt(Files.readString(port()).strip());
            String body = """
                    {"inputs":[{"name":"x","datatype":"FP32","shape":[1,4],"data":[1,2,3,4]}]}""";
            return http.send(
                            HttpRequest.newBuilder(
                                            URI.create("http://127.0.0.1:" + port + "/v2/models/" + model + "/infer"))
                                    .timeout(Duration.ofSeconds(20))
                                    .POST(HttpRequest.BodyPublishers.ofString(body))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body()
                    .replace(" ", "");
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path port() {
        return data.resolve("serve.port");
    }

    private void awaitEnd() {
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
