package dev.edgewright.benchmarks.agent;

import dev.edgewright.agent.device.DeviceFactsReader;
import dev.edgewright.agent.device.DeviceProfile;
import dev.edgewright.agent.device.FileRoots;
import dev.edgewright.agent.inference.InferenceSettings;
import dev.edgewright.agent.inference.ModelRegistry;
import dev.edgewright.agent.inference.ResidentMemory;
import dev.edgewright.agent.power.EnergyMonitor;
import dev.edgewright.agent.power.PowerModel;
import dev.edgewright.agent.serve.HttpListener;
import dev.edgewright.agent.serve.InferenceServer;
import dev.edgewright.agent.serve.ServeSettings;
import dev.edgewright.agent.telemetry.AgentMetrics;
import dev.edgewright.agent.telemetry.MetricsPage;
import dev.edgewright.agent.telemetry.ProcessGauges;
import dev.edgewright.agent.telemetry.TelemetryCollector;
import dev.edgewright.agent.telemetry.TelemetryService;
import dev.edgewright.common.id.BootId;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Manifest;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A process that holds a model, asks it 200 times and prints its resident bytes. {@code bare}: ONNX Runtime alone; {@code agent}: facts, power,
 * registry, endpoint, telemetry and metrics, all but the link to a controller, with the requests over HTTP.
 */
final class ResidentChild {
    private static final int REQUESTS = 200;

    private ResidentChild() {}

    public static void main(String[] args) throws Exception {
        Optional<Path> model = args.length > 2 ? Optional.of(Path.of(args[2])) : Optional.empty();
        if (args[0].equals("bare")) {
            bare(model);
        } else {
            agent(model, Path.of(args[1]));
        }
        System.gc();
        Thread.sleep(500);
        System.out.println("resident " + new ResidentMemory(Path.of("/proc")).getAsLong());
        System.exit(0);
    }

    private static void bare(Optional<Path> model) throws Exception {
        if (model.isPresent()) {
            BareSession session = new BareSession(model.get(), 1);
            FloatBuffer x = AgentServeBenchmark.input().asFloatBuffer();
            for (int i = 0; i < REQUESTS; i++) {
                session.run(x);
            }
        }
    }

    private static void agent(Optional<Path> model, Path data) throws Exception {
        ProcessGauges process = new ProcessGauges(FileRoots.LIVE);
        EnergyMonitor energy =
                EnergyMonitor.of(FileRoots.LIVE, PowerModel.forArch("x86_64"), process::cpuSeconds, System::nanoTime);
        new DeviceFactsReader(FileRoots.LIVE, data, DeviceProfile.NONE).read(energy.sensors(), "benchmark");
        ModelRegistry registry = new ModelRegistry(new InferenceSettings(1, 0));
        AgentMetrics metrics = new AgentMetrics("benchmark", process, Map::of, List.of());
        TelemetryService.start(
                new TelemetryCollector(
                        DeviceId.of("bench"),
                        BootId.random(new SecureRandom()),
                        registry,
                        energy,
                        process,
                        metrics,
                        Clock.systemUTC()),
                Duration.ofMillis(200),
                window -> {});
        HttpListener server = InferenceServer.start(
                ServeSettings.DEFAULT.at("127.0.0.1", 0), registry, "benchmark", Optional.of(MetricsPage.of(metrics)));
        if (model.isPresent()) {
            Manifest manifest =
                    Manifest.newBuilder().setModel("net").setVariant("fp32").build();
            registry.activate(registry.prepare(ModelName.of("net"), model.get(), manifest));
            byte[] head = AgentServeBenchmark.binaryHead().getBytes(java.nio.charset.StandardCharsets.UTF_8);
            try (LoopbackClient client = new LoopbackClient(
                    server.port(), "/v2/models/net/infer", AgentServeBenchmark.binaryBody(head), head.length)) {
                for (int i = 0; i < REQUESTS; i++) {
                    client.call();
                }
            }
        }
    }
}
