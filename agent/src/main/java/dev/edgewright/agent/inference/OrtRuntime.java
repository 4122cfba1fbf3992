package dev.edgewright.agent.inference;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.v1.SessionOptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The process's one ONNX Runtime environment, and how sessions in it are set up. */
public final class OrtRuntime {
    private OrtRuntime() {}

    /**
     * Stack of the thread that makes the environment. ONNX Runtime 1.29 runs a recursive regular expression over the process's
     * command line as it starts; with a class path of some thousand characters that overflows a stack of usual size and kills
     * the process (SIGSEGV). Only what is used of it becomes memory.
     */
    private static final long STARTING_STACK = 256L << 20;

    /** The shared environment, with the vendor's telemetry off. */
    public static OrtEnvironment environment() {
        return Started.ENVIRONMENT;
    }

    private static final class Started {
        private static final OrtEnvironment ENVIRONMENT = start();
    }

    /** Not in the holder: a lambda of a class that is being initialised would wait for it in the other thread, forever. */
    private static OrtEnvironment start() {
        CompletableFuture<OrtEnvironment> started = new CompletableFuture<>();
        Runnable start = () -> started.completeAsync(OrtRuntime::create, Runnable::run);
        new Thread(null, start, "ort-start", STARTING_STACK).start();
        return started.join();
    }

    private static OrtEnvironment create() {
        OrtEnvironment environment =
                OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "edgewright");
        try {
            environment.setTelemetry(false);
        } catch (OrtException e) {
            throw EdgewrightException.bug(
                    "ORT_ENVIRONMENT", "ONNX Runtime refuses its own settings: " + e.getMessage(), e);
        }
        return environment;
    }

    /** Version of the bundled runtime, such as {@code 1.29.0}. */
    public static String version() {
        return environment().getVersion();
    }

    /** Execution providers compiled in, by the runtime's names, such as {@code CPUExecutionProvider}. */
    public static List<String> providers() {
        environment();
        return OrtEnvironment.getAvailableProviders().stream()
                .map(OrtProvider::getName)
                .sorted()
                .toList();
    }

    /**
     * Options for one session: the device's threads or fewer, no spinning (a spinning pool starves its neighbours on a small device), then what
     * the manifest asks for.
     */
    static OrtSession.SessionOptions sessionOptions(InferenceSettings settings, SessionOptions wanted)
            throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        try {
            int threads = wanted.getIntraOpThreads() == 0
                    ? settings.intraOpThreads()
                    : Math.min(wanted.getIntraOpThreads(), settings.intraOpThreads());
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            if (!wanted.containsConfig("session.intra_op.allow_spinning")) {
                options.addConfigEntry("session.intra_op.allow_spinning", "0");
            }
            for (Map.Entry<String, String> entry : wanted.getConfigMap().entrySet()) {
                options.addConfigEntry(entry.getKey(), entry.getValue());
            }
            return options;
        } catch (OrtException e) {
            options.close();
            throw EdgewrightException.caller("SESSION_OPTION", "a session option was refused: " + e.getMessage(), e);
        }
    }
}
