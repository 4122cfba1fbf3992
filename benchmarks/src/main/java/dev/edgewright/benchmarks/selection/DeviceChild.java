package dev.edgewright.benchmarks.selection;

import dev.edgewright.agent.device.DeviceFactsReader;
import dev.edgewright.agent.device.DeviceProfile;
import dev.edgewright.agent.device.FileRoots;
import dev.edgewright.agent.device.ProbeSettings;
import dev.edgewright.agent.device.ProbeSuite;
import dev.edgewright.agent.inference.InferenceSettings;
import dev.edgewright.agent.inference.ModelRegistry;
import dev.edgewright.agent.power.EnergyMonitor;
import dev.edgewright.agent.power.PowerModel;
import dev.edgewright.agent.slot.Slot;
import dev.edgewright.agent.telemetry.ProcessGauges;
import dev.edgewright.agent.trial.Conditions;
import dev.edgewright.agent.trial.RegistryBench;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.DeviceFacts;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.protocol.v1.TrialRequest;
import dev.edgewright.common.protocol.v1.TrialResult;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The agent's own measuring (probes, trials, sessions) in a process of its own, which the evaluation can bind, slow down or starve. Reads
 * commands from standard input and answers each with one line of base64:
 *
 * <pre>
 * hello                    facts and probes
 * activate FOLDER          this variant serves from now on
 * measure FOLDER MS PREC   a trial of this variant beside it
 * </pre>
 */
public final class DeviceChild {

    private final int threads;
    private final int memoryMb;
    private final List<String> masked;
    private final Map<String, String> session = new TreeMap<>();
    private final ModelRegistry registry;
    private final RegistryBench bench;

    private DeviceChild(int threads, int memoryMb, List<String> masked, List<String> options) {
        this.threads = threads;
        this.memoryMb = memoryMb;
        this.masked = masked;
        options.forEach(o -> session.put(o.substring(0, o.indexOf('=')), o.substring(o.indexOf('=') + 1)));
        this.registry = new ModelRegistry(new InferenceSettings(threads, 0));
        var roots = new FileRoots(Path.of("/"));
        var process = new ProcessGauges(roots);
        this.bench = new RegistryBench(
                registry,
                EnergyMonitor.of(
                        roots,
                        PowerModel.forArch(System.getProperty("os.arch")),
                        process::cpuSeconds,
                        System::nanoTime),
                manifest -> Optional.empty(),
                () -> new Conditions(false, 0, 0, false),
                Duration.ZERO);
    }

    /** @param arguments threads, memory in MB, masked instruction sets and session options, lists joined by commas or "-" */
    public static void main(String[] arguments) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        var child = new DeviceChild(
                Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]), list(arguments[2]), list(arguments[3]));
        var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            answers.println(Base64.getEncoder().encodeToString(child.answer(line.split(" "))));
            answers.flush();
        }
    }

    private static List<String> list(String words) {
        return words.equals("-") ? List.of() : Arrays.asList(words.split(","));
    }

    private byte[] answer(String[] words) throws Exception {
        return switch (words[0]) {
            case "hello" -> hello().toByteArray();
            case "activate" -> activate(Path.of(words[1]));
            case "measure" ->
                measure(Path.of(words[1]), Integer.parseInt(words[2]), Double.parseDouble(words[3]))
                        .toByteArray();
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private Hello hello() {
        var facts = new DeviceFactsReader(
                        new FileRoots(Path.of("/")),
                        Path.of("."),
                        new DeviceProfile(threads, memoryMb, new TreeSet<>(masked)))
                .read(List.of("estimated"), "benchmark");
        return Hello.newBuilder()
                .setFacts(DeviceFacts.newBuilder(facts).setIntraOpThreads(threads))
                .addAllProbes(new ProbeSuite(ProbeSettings.FULL).run(threads))
                .build();
    }

    private byte[] activate(Path folder) throws Exception {
        Slot slot = slot(folder);
        registry.activate(registry.prepare(slot.model(), slot.modelFile(), manifest(slot), slot.manifest()));
        return new byte[0];
    }

    private TrialResult measure(Path folder, int ms, double precision) throws Exception {
        Slot slot = slot(folder);
        return bench.measure(
                        slot,
                        manifest(slot),
                        TrialRequest.newBuilder()
                                .setModel(slot.model().value())
                                .setMeasureMs(ms)
                                .setPrecision(precision)
                                .build(),
                        () -> true)
                .orElseThrow()
                .build();
    }

    private static Slot slot(Path folder) throws Exception {
        var payload = Signed.parseFrom(Files.readAllBytes(folder.resolve("manifest.bin")))
                .getPayload();
        return new Slot(ModelName.of(Manifest.parseFrom(payload).getModel()), Digest.of(payload), folder);
    }

    private Manifest manifest(Slot slot) {
        var manifest = slot.readManifest().toBuilder();
        manifest.getSessionBuilder().putAllConfig(session);
        return manifest.build();
    }
}
