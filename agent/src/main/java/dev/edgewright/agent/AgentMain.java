package dev.edgewright.agent;

import dev.edgewright.agent.inference.InferenceSettings;
import dev.edgewright.agent.inference.ModelRegistry;
import dev.edgewright.agent.link.Link;
import dev.edgewright.agent.serve.HttpListener;
import dev.edgewright.agent.serve.InferenceServer;
import dev.edgewright.agent.serve.ServeSettings;
import dev.edgewright.agent.slot.LocalDisk;
import dev.edgewright.agent.update.Time;
import dev.edgewright.agent.update.UpdateEngine;
import dev.edgewright.agent.update.UpdateService;
import dev.edgewright.agent.update.UpdateSettings;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.BootId;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.DeviceFacts;
import dev.edgewright.common.protocol.v1.Hello;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the agent together. The only place that sees every room. */
public final class AgentMain {

    /** Version of this agent, as presence and hello carry it. */
    public static final String VERSION = "0.1.0";

    private static final Logger LOG = LoggerFactory.getLogger(AgentMain.class);

    private AgentMain() {}

    /** Runs until SIGTERM. Exit code 2 for a wrong setting, 1 for anything else that keeps the agent from starting. */
    public static void main(String[] arguments) throws InterruptedException {
        try {
            RunningAgent agent = start(AgentConfig.parse(List.of(arguments), System.getenv()));
            CountDownLatch ended = new CountDownLatch(1);
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> {
                                agent.close();
                                ended.countDown();
                            },
                            "shutdown"));
            ended.await();
        } catch (EdgewrightException e) {
            System.err.println("edgewright agent: " + e.getMessage());
            System.exit(e.kind() == EdgewrightException.Kind.CALLER ? 2 : 1);
        }
    }

    /** Starts an agent in this process. What served before serves again when this returns. */
    public static RunningAgent start(AgentConfig config) {
        Deque<AutoCloseable> parts = new ArrayDeque<>();
        try {
            return assemble(config, parts);
        } catch (RuntimeException e) {
            RunningAgent.closeAll(parts);
            throw e;
        }
    }

    private static RunningAgent assemble(AgentConfig config, Deque<AutoCloseable> parts) {
        SecureRandom random = new SecureRandom();
        LocalDisk disk = new LocalDisk();
        DataDirectory data = DataDirectory.open(config.data(), disk);
        parts.push(data);
        DeviceId device = data.identity(config.id(), random);
        BootId boot = BootId.random(random);
        Trust trust = Trust.load(config.trust());

        int threads =
                config.threads() > 0 ? config.threads() : Runtime.getRuntime().availableProcessors();
        ModelRegistry models = new ModelRegistry(new InferenceSettings(threads, config.memoryMb() << 20));
        parts.push(models);

        Link link = Links.open(config, device, boot, VERSION, Clock.systemUTC(), random);
        RegistryRuntime runtime =
                new RegistryRuntime(models, Set.of(), config.memoryMb() << 20, model -> OptionalDouble.empty());
        UpdateEngine engine = new UpdateEngine(
                new UpdateEngine.Identity(device, boot, trust.fleet(), trust.catalog()),
                config.data(),
                disk,
                runtime,
                link,
                new SystemTime(),
                random,
                UpdateSettings.DEFAULT.withWindow(config.window()));
        AtomicLong hellos = new AtomicLong();
        UpdateService updates = new UpdateService(
                engine, e -> link.hello(hello(config, device, boot, hellos.incrementAndGet(), threads, e)));
        parts.push(updates);
        updates.start();

        HttpListener serve = InferenceServer.start(serveSettings(config), models, VERSION, Optional.empty());
        parts.push(serve);
        data.writeServePort(serve.port());

        parts.push(link);
        link.start(updates);
        LOG.atInfo()
                .addKeyValue("device", device)
                .addKeyValue("broker", config.broker())
                .addKeyValue("serve", serve.port())
                .log("agent started");
        return new RunningAgent(device, models, serve.port(), parts);
    }

    private static Hello hello(
            AgentConfig config, DeviceId device, BootId boot, long sequence, int threads, UpdateEngine engine) {
        Runtime jvm = Runtime.getRuntime();
        return Hello.newBuilder()
                .setDeviceId(device.value())
                .setBootId(boot.toByteString())
                .setSequence(sequence)
                .setFacts(DeviceFacts.newBuilder()
                        .setArch(
                                System.getProperty("os.arch").equals("amd64")
                                        ? "x86_64"
                                        : System.getProperty("os.arch"))
                        .setOs(System.getProperty("os.name") + " " + System.getProperty("os.version"))
                        .setCores(jvm.availableProcessors())
                        .setRamBytes(config.memoryMb() > 0 ? config.memoryMb() << 20 : jvm.maxMemory())
                        .setAgentVersion(VERSION)
                        .setIntraOpThreads(threads))
                .putAllLabels(config.labels())
                .addAllHeld(engine.held())
                .setHighestDesiredSequence(engine.desiredSequence())
                .build();
    }

    private static ServeSettings serveSettings(AgentConfig config) {
        URI address = URI.create("http://" + config.serve());
        return ServeSettings.DEFAULT.at(address.getHost(), address.getPort());
    }

    private static final class SystemTime implements Time {
        @Override
        public long unixMillis() {
            return System.currentTimeMillis();
        }

        @Override
        public long monotonicMillis() {
            return System.nanoTime() / 1_000_000;
        }
    }
}
