package dev.edgewright.controller.telemetry;

import dev.edgewright.common.id.DeviceId;

/** Says where in a rollout of a model a device is. Asked for every window, so it answers from memory. */
@FunctionalInterface
public interface Cohorts {
    /** "stable" outside any rollout, "canary" in the first wave of a live one, "wave" in a later one. */
    String cohort(DeviceId device, String model);
}
