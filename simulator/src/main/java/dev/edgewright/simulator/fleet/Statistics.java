package dev.edgewright.simulator.fleet;

import dev.edgewright.common.update.UpdateState;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a fleet is doing at one moment.
 *
 * @param states how many models are in each lifecycle state, over all devices
 * @param chunks frames that devices missed, received and verified
 * @param bytes of those frames
 * @param published messages and subscriptions that the broker took, or that left where it does not say
 * @param lost messages that could not be sent
 * @param rejected desired states that devices refused
 */
public record Statistics(
        int devices,
        int connected,
        int silent,
        Map<UpdateState, Integer> states,
        long chunks,
        long bytes,
        long published,
        long lost,
        long rejected) {

    public Statistics {
        states = Map.copyOf(states);
    }

    public static final Statistics NONE = new Statistics(0, 0, 0, Map.of(), 0, 0, 0, 0, 0);

    public int in(UpdateState state) {
        return states.getOrDefault(state, 0);
    }

    Statistics plus(Statistics other) {
        Map<UpdateState, Integer> both = new EnumMap<>(UpdateState.class);
        both.putAll(states);
        other.states.forEach((state, count) -> both.merge(state, count, Integer::sum));
        return new Statistics(
                devices + other.devices,
                connected + other.connected,
                silent + other.silent,
                both,
                chunks + other.chunks,
                bytes + other.bytes,
                published + other.published,
                lost + other.lost,
                rejected + other.rejected);
    }

    /** One line for people. */
    public String line() {
        String byState = new EnumMap<>(withAll())
                .entrySet().stream()
                        .filter(entry -> entry.getValue() > 0)
                        .map(entry ->
                                entry.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' ') + " "
                                        + entry.getValue())
                        .collect(Collectors.joining("  "));
        return String.format(
                Locale.ROOT,
                "%d of %d connected  %s%.1f MB in %d chunks  %d sent%s%s%s",
                connected,
                devices,
                byState.isEmpty() ? "" : byState + "  ",
                bytes / 1e6,
                chunks,
                published,
                silent > 0 ? "  " + silent + " silent" : "",
                rejected > 0 ? "  " + rejected + " refused" : "",
                lost > 0 ? "  " + lost + " lost" : "");
    }

    private Map<UpdateState, Integer> withAll() {
        Map<UpdateState, Integer> all = new EnumMap<>(UpdateState.class);
        for (UpdateState state : UpdateState.values()) {
            all.put(state, in(state));
        }
        return all;
    }
}
