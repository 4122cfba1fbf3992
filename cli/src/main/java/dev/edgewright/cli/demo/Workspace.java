package dev.edgewright.cli.demo;

import dev.edgewright.cli.remote.CliFailure;
import dev.edgewright.cli.remote.CliFailure.Exit;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A temporary folder and the processes that live in it. Closing it ends every process and all that these have started,
 * then removes the folder; it may be closed twice.
 *
 * <p>Each process holds a pipe to this one and ends by itself when the pipe breaks, so that nothing stays behind even
 * where this process is killed without a chance to close.
 */
final class Workspace implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Path folder;
    private final boolean keep;
    private final List<Process> processes = new ArrayList<>();
    private boolean closed;

    private Workspace(Path folder, boolean keep) {
        this.folder = folder;
        this.keep = keep;
    }

    /** @param keep whether the folder stays, for a look at its logs */
    static Workspace create(boolean keep) {
        try {
            return new Workspace(Files.createTempDirectory("edgewright-demo-"), keep);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path folder() {
        return folder;
    }

    /** The log of a process. */
    Path log(String name) {
        return folder.resolve(name + ".log");
    }

    /** Starts {@code edgewright} with these arguments in a process of its own, with this JVM and class path. */
    synchronized Process start(String name, List<String> jvmOptions, List<String> arguments) {
        if (closed) {
            throw new CliFailure(Exit.FAILED, "the demo is ending", "");
        }
        String java = ProcessHandle.current().info().command().orElse("java");
        List<String> command = new ArrayList<>();
        command.add(java);
        command.addAll(jvmOptions);
        command.addAll(sharedClasses());
        String home = System.getProperty("edgewright.home");
        if (home != null) {
            command.add("-Dedgewright.home=" + home);
        }
        command.add("dev.edgewright.cli.Main");
        command.addAll(arguments);
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(new File("."))
                    .redirectErrorStream(true)
                    .redirectOutput(log(name).toFile());
            builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
            Process process = builder.start();
            processes.add(process);
            return process;
        } catch (IOException e) {
            throw new CliFailure(Exit.FAILED, "cannot start " + name + ": " + e.getMessage(), "");
        }
    }

    /** This JVM's archive of class data, when the launcher gave it one. */
    private static List<String> sharedClasses() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("-XX:SharedArchiveFile=") || argument.startsWith("-Xlog:cds"))
                .toList();
    }

    /** The last lines of a process's log, to show when it has ended too early. */
    String lastWords(String name, int lines) {
        try (Stream<String> all = Files.lines(log(name))) {
            List<String> text = all.toList();
            return String.join("\n  ", text.subList(Math.max(0, text.size() - lines), text.size()));
        } catch (IOException e) {
            return "no log";
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        List<ProcessHandle> tree = processes.stream()
                .flatMap(p -> Stream.concat(p.descendants(), Stream.of(p.toHandle())))
                .toList();
        for (int i = processes.size() - 1; i >= 0; i--) { // agents before the controller: they say goodbye to it
            processes.get(i).destroy();
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (Process process : processes) {
            await(process, deadline);
        }
        tree.stream().filter(ProcessHandle::isAlive).forEach(ProcessHandle::destroyForcibly);
        processes.forEach(p -> await(p, System.nanoTime() + PATIENCE.toNanos()));
        if (!keep) {
            delete();
        }
    }

    private static void await(Process process, long deadline) {
        try {
            process.waitFor(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void delete() {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException | UncheckedIOException e) {
            System.err.println("could not remove " + folder + ": " + e.getMessage());
        }
    }
}
