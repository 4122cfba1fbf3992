package dev.edgewright.benchmarks.agent;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgewright.agent.inference.InferenceSettings;
import dev.edgewright.agent.inference.ModelRegistry;
import dev.edgewright.agent.serve.HttpListener;
import dev.edgewright.agent.serve.InferenceServer;
import dev.edgewright.agent.serve.ServeSettings;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Manifest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a fresh JVM's answers over HTTP get faster: a net of one layer is asked in binary thousands of times, and each thousand's median is told
 * beside that of a bare run behind a bare socket. What is measured after it is measured with compiled code, as on a device that has answered for
 * a minute.
 */
final class WarmUp {
    private static final int THOUSANDS = 15;
    private static final int JSON_CALLS = 3000;

    private WarmUp() {}

    static void run(Path folder, ObjectNode report) throws Exception {
        Path file = folder.resolve("warm-up.onnx");
        Files.write(file, SyntheticNet.of(1));
        byte[] head = AgentServeBenchmark.binaryHead().getBytes(StandardCharsets.UTF_8);
        String path = "/v2/models/warm/infer";
        byte[] request = LoopbackClient.request(path, AgentServeBenchmark.binaryBody(head), head.length);
        byte[] json = AgentServeBenchmark.jsonBody();
        try (ModelRegistry registry = new ModelRegistry(new InferenceSettings(1, 0));
                HttpListener server = InferenceServer.start(
                        ServeSettings.DEFAULT.at("127.0.0.1", 0), registry, "benchmark", Optional.empty());
                BareSession bare = new BareSession(file, 1);
                SocketFloor behind =
                        new SocketFloor(request.length, request.length - 4 * SyntheticNet.INPUT_ELEMENTS, bare::run);
                LoopbackClient floor = new LoopbackClient(behind.port(), request)) {
            Manifest manifest =
                    Manifest.newBuilder().setModel("warm").setVariant("fp32").build();
            registry.activate(registry.prepare(ModelName.of("warm"), file, manifest));
            try (LoopbackClient http = new LoopbackClient(server.port(), request);
                    LoopbackClient text = new LoopbackClient(server.port(), path, json, json.length)) {
                System.out.printf(
                        "%n%-12s %20s %24s%n", "answers", "HTTP binary, p50 ms", "bare behind socket, p50 ms");
                for (int thousand = 1; thousand <= THOUSANDS; thousand++) {
                    double ours = median(http);
                    double least = median(floor);
                    report.putObject(thousand + "000").put("http", ours).put("floor", least);
                    if (thousand <= 3 || thousand == THOUSANDS) {
                        System.out.printf("%-12s %20.3f %24.3f%n", "..." + thousand + ",000", ours, least);
                    }
                }
                for (int i = 0; i < JSON_CALLS; i++) {
                    text.call();
                }
            }
        }
    }

    private static double median(LoopbackClient client) throws Exception {
        Samples samples = new Samples();
        for (int i = 0; i < 1000; i++) {
            long start = System.nanoTime();
            client.call();
            samples.add(System.nanoTime() - start);
        }
        return samples.quantile(0.5);
    }
}
