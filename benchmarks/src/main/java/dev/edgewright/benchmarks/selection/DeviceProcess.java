package dev.edgewright.benchmarks.selection;

import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.TrialResult;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A {@link DeviceChild} with the constraints of its kind around it. */
final class DeviceProcess implements AutoCloseable {

    private static final Path QUOTAS = Path.of("/sys/fs/cgroup/cpu");
    private static final int PERIOD_MICROS = 20_000;

    private final Process child;
    private final Optional<Process> neighbour;
    private final Optional<Path> group;
    private final BufferedWriter commands;
    private final BufferedReader answers;

    DeviceProcess(DeviceKind kind) throws IOException {
        var command = new ArrayList<String>();
        kind.pinned().ifPresent(cpus -> command.addAll(List.of("taskset", "-c", cpus)));
        command.addAll(List.of(java(), "-XX:+UseSerialGC", "-Xmx256m", DeviceChild.class.getName()));
        command.addAll(List.of(
                String.valueOf(kind.threads()),
                String.valueOf(kind.memoryMb()),
                joined(kind.maskedIsa()),
                joined(kind.session().entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .toList())));
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        // Not on the command line: ONNX Runtime crashes at start when that is longer than a few kilobytes.
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        child = builder.start();
        neighbour = kind.busyNeighbour() ? Optional.of(busy(kind)) : Optional.empty();
        group = kind.cpuShare().isPresent()
                ? Optional.of(limited(child.pid(), kind.cpuShare().get()))
                : Optional.empty();
        commands = new BufferedWriter(new OutputStreamWriter(child.getOutputStream(), StandardCharsets.US_ASCII));
        answers = new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII));
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static String joined(List<String> words) {
        return words.isEmpty() ? "-" : words.stream().collect(Collectors.joining(","));
    }

    /** A shell loop on the same processor, as another application would be. */
    private static Process busy(DeviceKind kind) throws IOException {
        return new ProcessBuilder("taskset", "-c", kind.pinned().orElse("0"), "sh", "-c", "while :; do :; done")
                .start();
    }

    /** Puts the process under a quota (control groups, version 1). */
    private static Path limited(long pid, double share) throws IOException {
        Path group = QUOTAS.resolve("edgewright-selection-" + pid);
        Files.createDirectory(group);
        Files.writeString(group.resolve("cpu.cfs_period_us"), String.valueOf(PERIOD_MICROS));
        Files.writeString(group.resolve("cpu.cfs_quota_us"), String.valueOf((int) (PERIOD_MICROS * share)));
        Files.writeString(group.resolve("cgroup.procs"), String.valueOf(pid));
        return group;
    }

    /** Whether quotas can be set on this machine. */
    static boolean quotasWork() {
        return Files.isWritable(QUOTAS);
    }

    synchronized Hello hello() throws IOException {
        return Hello.parseFrom(ask("hello"));
    }

    synchronized void activate(Path variant) throws IOException {
        ask("activate " + variant);
    }

    synchronized TrialResult measure(Path variant, int ms, double precision) throws IOException {
        return TrialResult.parseFrom(ask("measure " + variant + " " + ms + " " + precision));
    }

    private byte[] ask(String command) throws IOException {
        commands.write(command);
        commands.newLine();
        commands.flush();
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("the device ended at: " + command);
        }
        return Base64.getDecoder().decode(answer);
    }

    @Override
    public void close() throws IOException {
        neighbour.ifPresent(Process::destroyForcibly);
        child.destroyForcibly();
        try {
            child.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (group.isPresent()) {
            Files.deleteIfExists(group.get());
        }
    }
}
