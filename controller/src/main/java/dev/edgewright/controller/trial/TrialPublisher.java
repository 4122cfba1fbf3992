package dev.edgewright.controller.trial;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.Signed;

/** Publishes what a device is to measure, retained. */
@FunctionalInterface
public interface TrialPublisher {

    /** False when there is no connection now; the caller tries again. */
    boolean publishTrial(DeviceId device, Signed trial);
}
