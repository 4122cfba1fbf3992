package dev.edgewright.common.protocol;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;

/** What a topic says. */
public sealed interface TopicMatch {

    /** {@code edgewright/v1/devices/{id}/{kind}}. */
    record Device(DeviceId device, MessageKind kind) implements TopicMatch {}

    /** {@code edgewright/v1/blobs/{digest}/{chunk}}; {@code chunk} starts at 0. */
    record Blob(Digest digest, int chunk) implements TopicMatch {}

    /** No topic of this protocol. */
    record Unknown(String reason) implements TopicMatch {}
}
