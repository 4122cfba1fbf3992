package dev.edgewright.agent.update;

import java.time.Duration;

/**
 * How an update behaves on this device.
 *
 * @param window chunks the device takes before it asks again; at 64 KiB a chunk, 32 are 2 MiB under way
 * @param silence wait for a first chunk before asking again; doubles up to {@code longestSilence}
 * @param corruptChunks how often one chunk may arrive damaged before the fetch gives up
 * @param diskReserveBytes room that a fetch leaves for the rest of the device
 * @param stableAfter time without a crash after which a committed variant's crashes are forgotten
 * @param progressEvery at most one report in this time for progress alone; a new state is reported at once
 */
public record UpdateSettings(
        int window,
        Duration silence,
        Duration longestSilence,
        int corruptChunks,
        long diskReserveBytes,
        Duration stableAfter,
        Duration progressEvery) {

    public static final UpdateSettings DEFAULT = new UpdateSettings(
            32,
            Duration.ofSeconds(2),
            Duration.ofSeconds(30),
            8,
            4L << 20,
            Duration.ofMinutes(10),
            Duration.ofSeconds(1));

    public UpdateSettings {
        if (window < 1) {
            throw new IllegalArgumentException("a window of " + window + " chunks never fetches anything");
        }
    }

    public UpdateSettings withWindow(int chunks) {
        return new UpdateSettings(
                chunks, silence, longestSilence, corruptChunks, diskReserveBytes, stableAfter, progressEvery);
    }
}
