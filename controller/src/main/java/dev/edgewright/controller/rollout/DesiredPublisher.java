package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.Signed;
import java.util.concurrent.CompletionStage;

/** Puts a device's desired state on its topic, retained. */
@FunctionalInterface
public interface DesiredPublisher {

    /** Completes when the broker has it; fails when it could not be handed over, which is tried again. */
    CompletionStage<Void> publish(DeviceId device, Signed desired);
}
