package dev.edgewright.benchmarks.agent;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgewright.agent.inference.InferenceSettings;
import dev.edgewright.agent.inference.ModelRegistry;
import dev.edgewright.agent.inference.TensorValue;
import dev.edgewright.agent.serve.HttpListener;
import dev.edgewright.agent.serve.InferenceServer;
import dev.edgewright.agent.serve.ServeSettings;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Manifest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Answers of the agent beside bare ONNX Runtime, in one process and interleaved, so that other load strikes all alike; and resident memory
 * of children that hold the same model with and without the agent.
 *
 * <p>Arguments: {@code [seconds per model, 20] [JSON file, target/agent-serve.json] [milliseconds of the models, 1,10] [no-memory]}. Prints a
 * table. {@code benchmarks/agent/README.md} has the
 * command.
 */
public final class AgentServeBenchmark {
    private static final int THREADS = 1;
    private static final ModelName MODEL = ModelName.of("net");
    private static final int BATCH = 10;

    private AgentServeBenchmark() {}

    /** One way to ask the model. */
    interface Way {
        void once() throws Exception;
    }

    public static void main(String[] args) throws Exception {
        int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 20;
        Path out = Path.of(args.length > 1 ? args[1] : "target/agent-serve.json");
        double[] targets = Arrays.stream((args.length > 2 ? args[2] : "1,10").split(","))
                .mapToDouble(Double::parseDouble)
                .toArray();
        boolean memory = args.length <= 3 || !args[3].equals("no-memory");
        Path folder = Files.createTempDirectory("agent-serve");
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode report = mapper.createObjectNode()
                .put("cpus", Runtime.getRuntime().availableProcessors())
                .put(
                        "load_average",
                        java.lang.management.ManagementFactory.getOperatingSystemMXBean()
                                .getSystemLoadAverage())
                .put("intra_op_threads", THREADS);
        WarmUp.run(folder, report.putObject("warm_up_p50_ms"));
        for (double target : targets) {
            Path model = folder.resolve("net-" + target + "ms.onnx");
            int layers = calibrate(model, target);
            ObjectNode node = report.putObject("model_" + target + "ms").put("layers", layers);
            latency(model, target, seconds, node);
            if (memory) {
                memory(model, node.putObject("resident_mib"));
            }
        }
        if (memory) {
            ObjectNode idle = report.putObject("idle_resident_mib");
            ResidentChildren.Footprint empty = ResidentChildren.measure(Optional.empty(), folder);
            idle.put("bare_jvm", empty.bareMib()).put("agent", empty.agentMib());
            System.out.printf("idle: bare JVM %.1f MiB, agent %.1f MiB%n", empty.bareMib(), empty.agentMib());
        }
        Files.createDirectories(out.toAbsolutePath().getParent());
        mapper.writerWithDefaultPrettyPrinter().writeValue(out.toFile(), report);
        System.out.println("written to " + out);
        System.exit(0);
    }

    /** Writes the net whose bare median is nearest the target. */
    private static int calibrate(Path model, double targetMillis) throws Exception {
        double perLayer = 0.1;
        int layers = 10;
        for (int i = 0; i < 3; i++) {
            Files.write(model, SyntheticNet.of(layers));
            try (BareSession bare = new BareSession(model, THREADS)) {
                FloatBuffer x = input().asFloatBuffer();
                Samples samples = new Samples();
                for (int run = 0; run < 60; run++) {
                    time(samples, () -> bare.run(x));
                }
                perLayer = samples.quantile(0.5) / layers;
            }
            layers = Math.max(1, (int) Math.round(targetMillis / perLayer));
        }
        Files.write(model, SyntheticNet.of(layers));
        return layers;
    }

    private static void latency(Path file, double target, int seconds, ObjectNode report) throws Exception {
        try (ModelRegistry registry = new ModelRegistry(new InferenceSettings(THREADS, 0));
                HttpListener server = InferenceServer.start(
                        ServeSettings.DEFAULT.at("127.0.0.1", 0), registry, "benchmark", Optional.empty());
                BareSession bare = new BareSession(file, THREADS)) {
            Manifest manifest =
                    Manifest.newBuilder().setModel("net").setVariant("fp32").build();
            registry.activate(registry.prepare(MODEL, file, manifest));
            String path = "/v2/models/net/infer";
            byte[] binaryHead = binaryHead().getBytes(StandardCharsets.UTF_8);
            byte[] request = LoopbackClient.request(path, binaryBody(binaryHead), binaryHead.length);
            int tensorAt = request.length - 4 * SyntheticNet.INPUT_ELEMENTS;
            try (LoopbackClient binary = new LoopbackClient(server.port(), request);
                    SocketFloor echoes = new SocketFloor(request.length, tensorAt, x -> {});
                    SocketFloor runs = new SocketFloor(request.length, tensorAt, bare::run);
                    LoopbackClient echo = new LoopbackClient(echoes.port(), request);
                    LoopbackClient floor = new LoopbackClient(runs.port(), request);
                    LoopbackClient json = new LoopbackClient(server.port(), path, jsonBody(), jsonBody().length)) {
                Map<String, Way> ways = ways(registry, server, bare, binary, json, binaryHead);
                ways.put("floor: bare run behind a socket", floor::call);
                ways.put("floor: socket, no run", echo::call);
                Map<String, Samples> samples = run(ways, seconds);
                print(target, samples, report);
            }
        }
    }

    private static Map<String, Way> ways(
            ModelRegistry registry,
            HttpListener server,
            BareSession bare,
            LoopbackClient binary,
            LoopbackClient json,
            byte[] binaryHead) {
        FloatBuffer x = input().asFloatBuffer();
        TensorValue tensor =
                new TensorValue(dev.edgewright.agent.inference.Datatype.FP32, SyntheticNet.INPUT_SHAPE, input());
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.port() + "/v2/models/net/infer"))
                .header("Inference-Header-Content-Length", Integer.toString(binaryHead.length))
                .POST(HttpRequest.BodyPublishers.ofByteArray(binaryBody(binaryHead)))
                .build();
        Map<String, Way> ways = new LinkedHashMap<>();
        ways.put("bare ONNX Runtime", () -> bare.run(x));
        ways.put(
                "agent, Java API",
                () -> registry.infer(MODEL, Map.of("x", tensor))
                        .outputs()
                        .get("y")
                        .floats());
        ways.put("agent, HTTP binary", binary::call);
        ways.put("agent, HTTP JSON", json::call);
        ways.put("agent, HTTP binary, JDK client", () -> client.send(request, HttpResponse.BodyHandlers.ofByteArray()));
        return ways;
    }

    private static Map<String, Samples> run(Map<String, Way> ways, int seconds) throws Exception {
        Map<String, Samples> samples = new LinkedHashMap<>();
        long warm = System.nanoTime() + Math.max(2, seconds / 3) * 1_000_000_000L;
        while (System.nanoTime() < warm) {
            for (Way way : ways.values()) {
                way.once();
            }
        }
        ways.keySet().forEach(name -> samples.put(name, new Samples()));
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        while (System.nanoTime() < end) {
            for (Map.Entry<String, Way> way : ways.entrySet()) {
                for (int i = 0; i < BATCH; i++) {
                    time(samples.get(way.getKey()), way.getValue());
                }
            }
        }
        return samples;
    }

    private static void time(Samples samples, Way way) throws Exception {
        long start = System.nanoTime();
        way.once();
        samples.add(System.nanoTime() - start);
    }

    private static void print(double target, Map<String, Samples> samples, ObjectNode report) {
        System.out.printf("%nmodel of about %s ms, one thread%n", target);
        System.out.printf("%-32s %8s %9s %9s %9s%n", "", "n", "p50 ms", "p99 ms", "p50/bare");
        double bare = samples.values().iterator().next().quantile(0.5);
        samples.forEach((name, s) -> {
            System.out.printf(
                    "%-32s %8d %9.4f %9.4f %9.3f%n",
                    name, s.count(), s.quantile(0.5), s.quantile(0.99), s.quantile(0.5) / bare);
            report.putObject(name)
                    .put("n", s.count())
                    .put("p50_ms", s.quantile(0.5))
                    .put("p99_ms", s.quantile(0.99));
        });
    }

    private static void memory(Path model, ObjectNode report) throws IOException, InterruptedException {
        ResidentChildren.Footprint footprint = ResidentChildren.measure(Optional.of(model), model.getParent());
        report.put("bare_jvm_and_session", footprint.bareMib()).put("agent", footprint.agentMib());
        System.out.printf(
                "resident: bare JVM and session %.1f MiB, agent %.1f MiB%n", footprint.bareMib(), footprint.agentMib());
    }

    static ByteBuffer input() {
        ByteBuffer data =
                ByteBuffer.allocateDirect(4 * SyntheticNet.INPUT_ELEMENTS).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < SyntheticNet.INPUT_ELEMENTS; i++) {
            data.putFloat((i % 255) / 255f);
        }
        return data.flip().order(ByteOrder.LITTLE_ENDIAN);
    }

    static String binaryHead() {
        return "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,3,64,64],\"parameters\":{\"binary_data_size\":"
                + 4 * SyntheticNet.INPUT_ELEMENTS
                + "}}],\"outputs\":[{\"name\":\"y\",\"parameters\":{\"binary_data\":true}}]}";
    }

    static byte[] binaryBody(byte[] head) {
        return ByteBuffer.allocate(head.length + 4 * SyntheticNet.INPUT_ELEMENTS)
                .put(head)
                .put(input())
                .array();
    }

    static byte[] jsonBody() {
        StringBuilder json = new StringBuilder(
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,3,64,64],\"data\":[");
        FloatBuffer x = input().asFloatBuffer();
        for (int i = 0; i < SyntheticNet.INPUT_ELEMENTS; i++) {
            json.append(i == 0 ? "" : ",").append(x.get(i));
        }
        return json.append("]}]}").toString().getBytes(StandardCharsets.UTF_8);
    }
}
