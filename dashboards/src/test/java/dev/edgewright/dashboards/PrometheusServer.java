package dev.edgewright.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A Prometheus of its own that scrapes one controller every second and evaluates our rules. */
final class PrometheusServer implements AutoCloseable {
    private final Process process;
    private final URI address;
    private final HttpClient http = HttpClient.newHttpClient();

    /** @param kind which recording rules it loads, and whether it keeps native histograms: {@code native} or {@code classic} */
    PrometheusServer(Path program, Path folder, String kind, URI controller) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        address = URI.create("http://127.0.0.1:" + port);
        Path config = folder.resolve("prometheus-" + kind + ".yml");
        Files.writeString(
                config, """
                global: {scrape_interval: 1s, evaluation_interval: 1s}
                rule_files: ['%s/recording-common.yml', '%s/recording-%s.yml', '%s/alerts.yml']
                scrape_configs:
                  - job_name: edgewright
                    static_configs: [{targets: ['%s']}]
                """.formatted(Checkout.RULES, Checkout.RULES, kind, Checkout.RULES, controller.getAuthority()));
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "--config.file=" + config,
                "--storage.tsdb.path=" + folder.resolve("tsdb-" + kind),
                "--web.listen-address=127.0.0.1:" + port));
        if (kind.equals("native")) {
            command.add("--enable-feature=native-histograms");
        }
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus-" + kind + ".log").toFile())
                .start();
    }

    /** The samples of an instant query; none while the server is starting. NaN is no sample. */
    List<JsonNode> query(String expression) throws InterruptedException {
        try {
            String body = http.send(
                            HttpRequest.newBuilder(URI.create(address + "/api/v1/query?query="
                                            + URLEncoder.encode(expression, StandardCharsets.UTF_8)))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
            List<JsonNode> samples = new ArrayList<>();
            new ObjectMapper().readTree(body).at("/data/result").forEach(sample -> {
                if (!"NaN".equals(sample.at("/value/1").asText())) {
                    samples.add(sample);
                }
            });
            return samples;
        } catch (IOException e) {
            return List.of();
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
