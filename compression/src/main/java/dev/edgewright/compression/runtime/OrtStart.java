package dev.edgewright.compression.runtime;

import ai.onnxruntime.OrtEnvironment;
import java.util.concurrent.CompletableFuture;

/**
 * Starts ONNX Runtime once. Its native start-up matches the process's command line with a recursive pattern and overflows a stack of 1 MiB
 * when that line is about 4,000 characters long (seen with 1.29.0: a segmentation fault, no Java error), which a class path of thirty jars
 * reaches. A thread with a large stack does not mind.
 */
public final class OrtStart {

    private static final long STACK_BYTES = 64L << 20;

    private static CompletableFuture<OrtEnvironment> environment;

    private OrtStart() {}

    /** Begins to start ONNX Runtime beside what the caller does next: unpacking and loading it takes some tenths of a second. */
    public static void begin() {
        begun();
    }

    /** The process's one environment; safe to ask for again. */
    public static OrtEnvironment environment() {
        return begun().join();
    }

    private static synchronized CompletableFuture<OrtEnvironment> begun() {
        if (environment != null) {
            return environment;
        }
        CompletableFuture<OrtEnvironment> started = new CompletableFuture<>();
        Runnable start = () -> {
            try {
                started.complete(OrtEnvironment.getEnvironment());
            } catch (RuntimeException | Error e) {
                started.completeExceptionally(e);
            }
        };
        Thread thread = new Thread(null, start, "onnxruntime-start", STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
        environment = started;
        return started;
    }
}
