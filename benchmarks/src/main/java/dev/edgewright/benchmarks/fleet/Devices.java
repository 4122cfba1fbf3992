package dev.edgewright.benchmarks.fleet;

import dev.edgewright.benchmarks.rest.Rest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of virtual devices that answer at once. */
record Devices(Process process, int count, String prefix) implements AutoCloseable {

    /** Verifies and probes in no time, and is asked for an inference every second second. */
    private static final String MIX =
            "instant: {verify: 0ms, probe: 0ms, latency-ms: 5, requests-per-second: 0.5, isa: [avx2, avx512_vnni]}\n";

    /** The devices' own machines are not what is measured: their code is not optimised while the clock runs. */
    private static final String JVM = "-Xmx3g -XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

    private static final long LIMIT_NANOS = 600_000_000_000L;

    /** Starts the process; it begins to connect at once. Its output goes to {@code folder/devices.log}. */
    static Devices start(int count, String prefix, URI broker, Path keys, Path folder) throws IOException {
        Path mix = Files.writeString(folder.resolve("mix.yaml"), MIX);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(System.getProperty("edgewright.fleet.jvm", JVM).split(" ")));
        command.add("dev.edgewright.simulator.SimulatorMain");
        command.addAll(List.of("--devices", String.valueOf(count), "--mix", mix.toString(), "--prefix", prefix));
        command.addAll(List.of("--broker", broker.toString(), "--trust", keys.toString()));
        command.addAll(List.of("--window", "64", "--connects-per-second", "1000"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // Not on the command line: a long one is more than some native libraries bear.
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        builder.redirectOutput(folder.resolve("devices.log").toFile());
        return new Devices(builder.start(), count, prefix);
    }

    /** Seconds until the controller knows all of them as online. */
    double awaitOnline(Rest rest) throws IOException, InterruptedException {
        long started = System.nanoTime();
        while (rest.metric("edgewright_devices", "state=\"online\"") < count) {
            if (!process.isAlive() || System.nanoTime() - started > LIMIT_NANOS) {
                throw new IOException("the devices did not all come online");
            }
            Thread.sleep(500);
        }
        return (System.nanoTime() - started) / 1e9;
    }

    /** CPU seconds of the process so far. */
    double cpuSeconds() {
        return process.toHandle()
                .info()
                .totalCpuDuration()
                .map(cpu -> cpu.toNanos() / 1e9)
                .orElse(Double.NaN);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
