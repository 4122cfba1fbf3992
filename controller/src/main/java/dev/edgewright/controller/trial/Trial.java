package dev.edgewright.controller.trial;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.controller.selection.Requirement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A trial of one model version on one class of devices, as it stands.
 *
 * @param devices that measure
 * @param round under way, from 1
 * @param candidates of the round under way
 * @param dropped devices that did not answer in time
 * @param words what happened, one sentence a step
 * @param deadline after which the round under way goes by who answered
 */
public record Trial(
        String id,
        ModelName model,
        String version,
        String deviceClass,
        Requirement requirement,
        TrialPolicy policy,
        List<DeviceId> devices,
        int round,
        List<Digest> candidates,
        Set<DeviceId> dropped,
        State state,
        List<String> words,
        long spentMs,
        Instant createdAt,
        Instant deadline) {

    /** Where a trial stands. */
    public enum State {
        RUNNING,
        DONE,
        /** Nobody measured anything in time. */
        UNANSWERED
    }

    public Trial {
        devices = List.copyOf(devices);
        candidates = List.copyOf(candidates);
        dropped = Set.copyOf(dropped);
        words = List.copyOf(words);
    }

    public boolean live() {
        return state == State.RUNNING;
    }

    /** Devices from which an answer is still expected. */
    List<DeviceId> asked() {
        return devices.stream().filter(d -> !dropped.contains(d)).toList();
    }

    Trial nextRound(List<Digest> on, String why, long spent, Instant until) {
        return new Trial(
                id,
                model,
                version,
                deviceClass,
                requirement,
                policy,
                devices,
                round + 1,
                on,
                dropped,
                state,
                said(why),
                spentMs + spent,
                createdAt,
                until);
    }

    Trial ended(State how, String why, long spent) {
        return new Trial(
                id,
                model,
                version,
                deviceClass,
                requirement,
                policy,
                devices,
                round,
                candidates,
                dropped,
                how,
                said(why),
                spentMs + spent,
                createdAt,
                deadline);
    }

    private List<String> said(String why) {
        var all = new ArrayList<>(words);
        all.add(why);
        return all;
    }
}
