package dev.edgewright.training.child;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.trainer.TrainingListener;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A training in a process of its own: a crash or out-of-memory of native code ends that process and not this one. The child gets the
 * allocator settings that training needs (glibc hands memory back and forth otherwise, at half the speed). Progress comes back on the
 * listener, on a thread of this object. A killed child leaves its last checkpoint; starting the same job again goes on from there.
 */
public final class TrainingChild implements AutoCloseable {

    /** Kept of what the child printed beside its messages, for the error when it dies. */
    private static final int LAST_LINES = 20;

    private static final Map<String, String> ALLOCATOR = Map.of(
            "GLIBC_TUNABLES", "glibc.malloc.hugetlb=1",
            "MALLOC_ARENA_MAX", "1",
            "MALLOC_MMAP_MAX_", "0",
            "MALLOC_TRIM_THRESHOLD_", "20000000000",
            "MALLOC_TOP_PAD_", "268435456",
            "OMP_WAIT_POLICY", "passive",
            "OPT_OUT_TRACKING", "true");

    /**
     * What the child may use.
     *
     * @param heapMb Java heap
     * @param memoryMb resident memory, native memory included, above which it is ended; 0 for no limit
     */
    public record Limits(int heapMb, int memoryMb) {
        public static Limits standard() {
            return new Limits(1024, 0);
        }

        /** The same with another limit on resident memory, 0 for none. */
        public Limits withMemoryMb(int megabytes) {
            return new Limits(heapMb, megabytes);
        }
    }

    /** Environment variables that a training process runs with, for whoever starts one by other means. */
    public static Map<String, String> environment() {
        return ALLOCATOR;
    }

    private final Process process;
    private final Limits limits;
    private final CompletableFuture<Map<String, Object>> result = new CompletableFuture<>();
    private final Deque<String> last = new ArrayDeque<>();
    private volatile String ended;

    private TrainingChild(Process process, Limits limits) {
        this.process = process;
        this.limits = limits;
    }

    /** Starts the child with this process's Java and class path. */
    public static TrainingChild start(TrainingJob job, Limits limits, TrainingListener listener) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + (job.heapMb() == null ? limits.heapMb() : job.heapMb()) + "m",
                "-XX:+UseSerialGC",
                ChildMain.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(ALLOCATOR);
        builder.environment().put("CLASSPATH", classPath()); // ONNX Runtime crashes behind very long command lines
        if (job.threads() > 0) {
            builder.environment().put("OMP_NUM_THREADS", Integer.toString(job.threads()));
        }
        try {
            Process process = builder.start();
            TrainingChild child = new TrainingChild(process, limits);
            process.getOutputStream()
                    .write((TrainingJob.json().writeValueAsString(job) + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
            child.daemon(child::keepLastLines, "training-child-log");
            child.daemon(() -> child.follow(listener), "training-child");
            if (limits.memoryMb() > 0) {
                child.daemon(child::watchMemory, "training-child-memory");
            }
            return child;
        } catch (JsonProcessingException e) {
            throw new TrainingException(Code.SETTINGS_INVALID, "the job cannot be written: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new TrainingException(Code.CHILD_DIED, "the child process did not start: " + e.getMessage(), e);
        }
    }

    /** Surefire and the like put a manifest-only jar on the class path; its real entries are in this property. */
    private static String classPath() {
        String real = System.getProperty("surefire.test.class.path");
        return real == null ? System.getProperty("java.class.path") : real;
    }

    private void daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    public long pid() {
        return process.pid();
    }

    /** The record of the training, or a {@link TrainingException} as the child reported it. */
    public CompletableFuture<Map<String, Object>> result() {
        return result;
    }

    /** Asks the child to stop at the next step; its result is then CANCELLED. */
    public void cancel() {
        try {
            process.getOutputStream().write((Messages.CANCEL + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            process.destroyForcibly(); // no longer listens
        }
    }

    private void follow(TrainingListener listener) {
        Messages.End end = null;
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line;
            while ((line = in.readLine()) != null) {
                if (listener.cancelled()) {
                    cancel();
                }
                Messages.End said = Messages.read(line, listener);
                end = said == null ? end : said;
            }
        } catch (IOException e) {
            ended = "its pipe broke: " + e.getMessage();
        } catch (RuntimeException e) {
            process.destroyForcibly(); // nobody hears it any more
            result.completeExceptionally(e);
            return;
        }
        int exit = waitFor();
        if (end instanceof Messages.End.Done done) {
            result.complete(done.record());
        } else if (end instanceof Messages.End.Failed failed) {
            result.completeExceptionally(failed.error());
        } else {
            result.completeExceptionally(new TrainingException(Code.CHILD_DIED, obituary(exit)));
        }
    }

    private int waitFor() {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    private String obituary(int exit) {
        String why = ended != null ? ended : exit > 128 ? "killed by signal " + (exit - 128) : "exit code " + exit;
        String said;
        synchronized (last) {
            said = last.isEmpty() ? "" : "; it printed last: " + String.join(" | ", last);
        }
        return "the training process died (" + why + "); the checkpoint of its last whole epoch stays, start the job"
                + " again to go on" + said;
    }

    private void keepLastLines() {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            String line;
            while ((line = in.readLine()) != null) {
                synchronized (last) {
                    last.addLast(line);
                    if (last.size() > LAST_LINES) {
                        last.removeFirst();
                    }
                }
            }
        } catch (IOException e) {
            // The process ended; what it said so far is kept.
        }
    }

    private void watchMemory() {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        try {
            while (!process.waitFor(1, TimeUnit.SECONDS)) {
                long resident = residentMb(status);
                if (resident > limits.memoryMb()) {
                    ended = "it held " + resident + " MB of memory, the limit is " + limits.memoryMb() + " MB";
                    process.destroyForcibly();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long residentMb(Path status) {
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
                }
            }
        } catch (IOException | NumberFormatException e) {
            return 0; // no /proc here, or it just ended
        }
        return 0;
    }

    /** Ends the child now if it still runs. */
    @Override
    public void close() {
        process.destroyForcibly();
    }
}
