package dev.edgewright.controller.coap;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.Signed;
import java.util.Optional;

/** What a device should be or measure now, signed; the retained message of those who have no broker. May block on the database. */
@FunctionalInterface
public interface SignedSource {
    Optional<Signed> of(DeviceId device);
}
