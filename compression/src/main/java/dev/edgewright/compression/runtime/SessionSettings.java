package dev.edgewright.compression.runtime;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How a session is opened.
 *
 * @param threads threads inside an operator; 0 lets the runtime take one per core
 * @param optimize whether the runtime may rewrite the graph
 * @param arena whether freed memory is kept for the next run
 * @param optimizedModel where the runtime writes the graph that it really runs
 * @param profile the prefix of the runtime's profiling file
 * @param config session configuration entries of the runtime
 */
public record SessionSettings(
        int threads,
        boolean optimize,
        boolean arena,
        Optional<Path> optimizedModel,
        Optional<Path> profile,
        Map<String, String> config) {

    public SessionSettings {
        if (threads < 0) {
            throw new IllegalArgumentException("threads must be 0 or more, not " + threads);
        }
        config = Map.copyOf(config);
    }

    /** One thread, all optimisations: the settings that measurements use. */
    public static SessionSettings single() {
        return threads(1);
    }

    /**
     * All optimisations on this many threads. Workers stop spinning when a run ends: where several models are measured in turn in one
     * process, they would take the cores from the next one.
     */
    public static SessionSettings threads(int threads) {
        Map<String, String> config = threads == 1 ? Map.of() : Map.of("session.force_spinning_stop", "1");
        return new SessionSettings(threads, true, true, Optional.empty(), Optional.empty(), config);
    }

    /** The graph exactly as written, on one thread: for reading values in between. */
    public static SessionSettings literal() {
        return new SessionSettings(1, false, false, Optional.empty(), Optional.empty(), Map.of());
    }

    /** For reading values in between over much data: fast kernels, and memory that does not grow, because it is read once and closed. */
    public static SessionSettings watching(int threads) {
        return new SessionSettings(threads, true, false, Optional.empty(), Optional.empty(), threads(threads).config);
    }

    public SessionSettings withThreads(int other) {
        return new SessionSettings(other, optimize, arena, optimizedModel, profile, config);
    }

    public SessionSettings withOptimizedModel(Path file) {
        return new SessionSettings(threads, optimize, arena, Optional.of(file), profile, config);
    }

    public SessionSettings withProfile(Path prefix) {
        return new SessionSettings(threads, optimize, arena, optimizedModel, Optional.of(prefix), config);
    }

    public SessionSettings withConfig(String key, String value) {
        Map<String, String> more = new TreeMap<>(config);
        more.put(key, value);
        return new SessionSettings(threads, optimize, arena, optimizedModel, profile, more);
    }
}
