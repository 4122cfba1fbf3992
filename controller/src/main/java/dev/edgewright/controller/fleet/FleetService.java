package dev.edgewright.controller.fleet;

import com.google.protobuf.ByteString;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.Reported;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The registry of devices. Thread-safe. The {@code on...} methods answer from memory and never block on the
 * database: every message that they keep is retained by the broker, so a lost write is repaired by the next start.
 */
public interface FleetService {

    /** Takes a presence or a last will. A last will of an older boot than the current hello's is ignored. */
    void onPresence(DeviceId device, Presence presence);

    /** Takes what a device says of itself. Older sequences of the same boot are ignored and counted. */
    void onHello(DeviceId device, Hello hello);

    /** Takes a device's reported state. Older sequences of the same boot are ignored and counted. */
    void onReported(DeviceId device, Reported reported);

    /**
     * A boot did what only a running one does, and no broker keeps. It counts as the presence of the boot that runs when that never came; a
     * boot that said goodbye stays away until it says otherwise.
     */
    void onAlive(DeviceId device, ByteString boot);

    /**
     * Devices that match a CEL query, by identifier.
     *
     * @param query CEL over {@code device}; empty matches all. See {@link DeviceQuery}
     * @param limit 1..1000
     * @param after identifier after which the page begins
     * @throws dev.edgewright.common.error.EdgewrightException QUERY_INVALID with the place and the nearest known field
     */
    DevicePage list(Optional<String> query, int limit, Optional<DeviceId> after);

    /** Every device that matches, without paging; what a rollout plans over. */
    List<Device> matching(DeviceQuery query);

    Optional<Device> get(DeviceId device);

    /**
     * Replaces the operator's labels of a device.
     *
     * @throws dev.edgewright.common.error.EdgewrightException DEVICE_NOT_FOUND; LABELS_INVALID
     */
    Device setLabels(DeviceId device, Map<String, String> labels);

    /**
     * Forgets a device. It comes back with its next message.
     *
     * @throws dev.edgewright.common.error.EdgewrightException DEVICE_NOT_FOUND
     */
    void remove(DeviceId device);

    /**
     * Writes what is known of these devices and was not written yet. For who is about to write what follows from it: a controller that is killed
     * in between must not know more of the consequence than of the cause.
     */
    void persist(Collection<DeviceId> devices);

    void addListener(FleetListener listener);

    /** Identifiers that two running devices were seen to use, since the start. */
    Set<DeviceId> sharedIdentifiers();

    /** Messages that were ignored because a newer one was already known, since the start. */
    long staleMessages();
}
