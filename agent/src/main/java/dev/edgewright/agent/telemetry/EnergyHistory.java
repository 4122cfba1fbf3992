package dev.edgewright.agent.telemetry;

import dev.edgewright.agent.power.EnergySource;
import dev.edgewright.common.id.Digest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalDouble;

/**
 * Joules per inference of the variant that serves, over a minute or more of windows from one source: a single window, or a single inference,
 * says nothing.
 */
final class EnergyHistory {
    static final double MIN_SECONDS = 60;

    private final Deque<Entry> entries = new ArrayDeque<>();

    private record Entry(Digest manifest, EnergySource source, double seconds, double netJoules, long inferences) {}

    /** Adds a window; another variant or another source begins anew. */
    void add(Digest manifest, EnergySource source, double seconds, double netJoules, long inferences) {
        Entry last = entries.peekLast();
        if (last != null && (!last.manifest().equals(manifest) || last.source() != source)) {
            entries.clear();
        }
        entries.addLast(new Entry(manifest, source, seconds, netJoules, inferences));
        while (entries.stream().skip(1).mapToDouble(Entry::seconds).sum() >= MIN_SECONDS) {
            entries.removeFirst();
        }
    }

    /** Net joules per inference; empty before a minute has passed, or without inferences in it. */
    OptionalDouble joulesPerInference() {
        double seconds = entries.stream().mapToDouble(Entry::seconds).sum();
        long inferences = entries.stream().mapToLong(Entry::inferences).sum();
        if (seconds < MIN_SECONDS || inferences == 0) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(entries.stream().mapToDouble(Entry::netJoules).sum() / inferences);
    }
}
