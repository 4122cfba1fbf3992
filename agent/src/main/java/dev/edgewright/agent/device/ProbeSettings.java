package dev.edgewright.agent.device;

import java.time.Duration;

/**
 * How long probes may measure.
 *
 * @param perProbe time for the runs of one graph with one number of threads
 * @param minRuns however long they take
 * @param maxRuns at most
 * @param copyBytes of the buffer that the memory probe copies
 */
public record ProbeSettings(Duration perProbe, int minRuns, int maxRuns, int copyBytes) {
    /** About ten seconds in all. */
    public static final ProbeSettings FULL = new ProbeSettings(Duration.ofMillis(150), 5, 2000, 32 << 20);

    /** About a second: for tests and demonstrations; noisy. */
    public static final ProbeSettings QUICK = new ProbeSettings(Duration.ofMillis(8), 3, 200, 4 << 20);
}
