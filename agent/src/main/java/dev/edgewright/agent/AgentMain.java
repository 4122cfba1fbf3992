package dev.edgewright.agent;

import dev.edgewright.agent.device.DeviceFactsReader;
import dev.edgewright.agent.device.DeviceProfile;
import dev.edgewright.agent.device.FileRoots;
import dev.edgewright.agent.device.Fingerprint;
import dev.edgewright.agent.device.PowerSupplies;
import dev.edgewright.agent.inference.InferenceSettings;
import dev.edgewright.agent.inference.ModelRegistry;
import dev.edgewright.agent.inference.SideBySide;
import dev.edgewright.agent.link.Link;
import dev.edgewright.agent.power.EnergyMonitor;
import dev.edgewright.agent.power.PowerModel;
import dev.edgewright.agent.serve.HttpListener;
import dev.edgewright.agent.serve.InferenceServer;
import dev.edgewright.agent.serve.Page;
import dev.edgewright.agent.serve.ServeSettings;
import dev.edgewright.agent.slot.LocalDisk;
import dev.edgewright.agent.slot.SlotStore;
import dev.edgewright.agent.telemetry.AgentMetrics;
import dev.edgewright.agent.telemetry.MetricsPage;
import dev.edgewright.agent.telemetry.ProcessGauges;
import dev.edgewright.agent.telemetry.TelemetryCollector;
import dev.edgewright.agent.telemetry.TelemetryService;
import dev.edgewright.agent.trial.Conditions;
import dev.edgewright.agent.trial.RegistryBench;
import dev.edgewright.agent.trial.TrialEngine;
import dev.edgewright.agent.trial.TrialService;
import dev.edgewright.agent.update.UpdateEngine;
import dev.edgewright.agent.update.UpdateService;
import dev.edgewright.agent.update.UpdateSettings;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.BootId;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.DeviceFacts;
import dev.edgewright.common.protocol.v1.PowerSource;
import dev.edgewright.common.update.UpdateState;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the agent together. The only place that sees every room.
 *
 * <p>Order: the folder is locked, what served before serves again, the endpoint opens, the device measures itself if it never
 * did, and only then it connects. So neither a slow network nor a slow probe keeps a device from answering.
 */
public final class AgentMain {

    /** Version of this agent, as presence and hello carry it. */
    public static final String VERSION = "0.1.0";

    private static final Logger LOG = LoggerFactory.getLogger(AgentMain.class);

    private AgentMain() {}

    /** Runs until SIGTERM. Exit code 2 for a wrong setting, 1 for anything else that keeps the agent from starting. */
    public static void main(String[] arguments) throws InterruptedException {
        if (arguments.length == 1 && Set.of("--help", "-h", "--version").contains(arguments[0])) {
            System.out.print(
                    arguments[0].equals("--version") ? "edgewright-agent " + VERSION + "\n" : AgentConfig.usage());
            return;
        }
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
        Clock clock = Clock.systemUTC();
        BootId boot = BootId.random(random);
        LocalDisk disk = new LocalDisk();
        DataDirectory data = opened(DataDirectory.open(config.data(), disk), parts);
        DeviceId device = data.identity(config.id(), random);
        Trust trust = Trust.load(config.trust());

        // What this device is.
        FileRoots roots = new FileRoots(config.fsRoot());
        DeviceProfile profile =
                new DeviceProfile(config.threads(), config.memoryMb(), new TreeSet<>(config.disableIsa()));
        ProcessGauges process = new ProcessGauges(roots);
        EnergyMonitor energy = EnergyMonitor.of(
                roots, PowerModel.forArch(System.getProperty("os.arch")), process::cpuSeconds, System::nanoTime);
        DeviceFactsReader factsReader = new DeviceFactsReader(roots, config.data(), profile);
        DeviceFacts facts = factsReader.read(energy.sensors(), VERSION);

        // What runs models, and what is told of it.
        ModelRegistry models = opened(
                new ModelRegistry(new InferenceSettings(facts.getIntraOpThreads(), (long) config.memoryMb() << 20)),
                parts);
        AtomicReference<Map<String, String>> states = new AtomicReference<>(Map.of());
        AgentMetrics metrics = new AgentMetrics(VERSION, process, states::get, stateNames());
        TelemetryCollector telemetry = new TelemetryCollector(device, boot, models, energy, process, metrics, clock);

        // What brings models.
        Link link = Links.open(config, device, boot, VERSION, clock, random);
        UpdateEngine.Identity identity = new UpdateEngine.Identity(device, boot, trust.fleet(), trust.catalog());
        RegistryRuntime runtime = new RegistryRuntime(
                models, Set.copyOf(facts.getIsaList()), facts.getRamBytes(), telemetry::joulesPerInference);
        UpdateSettings settings = UpdateSettings.DEFAULT.withWindow(config.window());
        TrialService trials = opened(
                new TrialService(wanted -> new TrialEngine(
                        identity,
                        config.data(),
                        disk,
                        new SlotStore(config.data(), disk),
                        new RegistryBench(
                                models,
                                EnergyMonitor.of(
                                        roots,
                                        PowerModel.forArch(System.getProperty("os.arch")),
                                        process::cpuSeconds,
                                        System::nanoTime),
                                runtime::unfit,
                                () -> conditions(roots, process, states.get()),
                                SideBySide.Plan.QUIET),
                        link,
                        new SystemTime(),
                        random,
                        settings,
                        wanted)),
                parts);
        UpdateEngine engine = new UpdateEngine(
                identity,
                config.data(),
                disk,
                runtime,
                link,
                new SystemTime(),
                random,
                settings,
                trials.engine()::held);
        Introduction introduction = new Introduction(device, boot, factsReader, energy, config, profile);
        UpdateService updates =
                opened(new UpdateService(engine, e -> link.hello(introduction.hello(e)), states::set), parts);
        updates.start();
        trials.start();

        Function<String, Page> page = MetricsPage.of(metrics);
        HttpListener serve = opened(
                InferenceServer.start(
                        at(config.serve()),
                        models,
                        VERSION,
                        config.metrics().isPresent() ? Optional.empty() : Optional.of(page)),
                parts);
        config.metrics().ifPresent(address -> opened(InferenceServer.startMetrics(at(address), page), parts));
        data.writeServePort(serve.port());

        introduction.measure(facts, Fingerprint.of(facts), config);
        opened(TelemetryService.start(telemetry, config.telemetryInterval(), link::telemetry), parts);
        opened(link, parts).start(new Listeners(List.of(updates, trials)));
        LOG.atInfo()
                .addKeyValue("device", device)
                .addKeyValue("broker", config.broker())
                .addKeyValue("serve", serve.port())
                .log("agent started");
        return new RunningAgent(device, models, serve.port(), parts);
    }

    private static Conditions conditions(FileRoots roots, ProcessGauges process, Map<String, String> states) {
        PowerSupplies power = PowerSupplies.read(roots);
        boolean updating =
                states.values().stream().anyMatch(s -> UpdateState.valueOf(s).inMotion());
        return new Conditions(
                power.source() == PowerSource.POWER_SOURCE_BATTERY,
                power.percent(),
                process.temperatureCelsius(),
                updating);
    }

    private static <P extends AutoCloseable> P opened(P part, Deque<AutoCloseable> parts) {
        parts.push(part);
        return part;
    }

    private static List<String> stateNames() {
        return Arrays.stream(UpdateState.values()).map(Enum::name).toList();
    }

    private static ServeSettings at(String address) {
        int colon = address.lastIndexOf(':');
        try {
            return ServeSettings.DEFAULT.at(
                    address.substring(0, Math.max(0, colon)), Integer.parseInt(address.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw EdgewrightException.caller(
                    "CONFIG_INVALID", "'" + address + "' is no address such as 127.0.0.1:8090");
        }
    }
}
