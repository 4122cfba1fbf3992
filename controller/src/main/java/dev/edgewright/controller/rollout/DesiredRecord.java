package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.DesiredState;
import java.util.Objects;

/**
 * What a device should be. Persisted before it is published; published again after a restart until {@code published} has
 * caught up.
 *
 * @param state with a sequence that only grows
 * @param published highest sequence that was handed to the broker
 */
public record DesiredRecord(DeviceId device, DesiredState state, long published) {
    public DesiredRecord {
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(state, "state");
    }

    public boolean due() {
        return published < state.getSequence();
    }
}
