package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.ShadowAssignment;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What every device should be, in memory, and how the next desired state follows from the last. Not thread-safe. */
final class DesiredBook {

    private final Map<DeviceId, DesiredRecord> records;

    DesiredBook(Map<DeviceId, DesiredRecord> stored) {
        this.records = new HashMap<>(stored);
    }

    Optional<DesiredRecord> find(DeviceId device) {
        return Optional.ofNullable(records.get(device));
    }

    Collection<DesiredRecord> all() {
        return records.values();
    }

    /**
     * The next desired state of a device: the last one with {@code assignment} in place of the one of the same model. Its
     * sequence, which the assignment carries too, is above all that were given out and all that the device says it has seen.
     *
     * @param beside what runs beside it for the model; empty for nothing
     * @param seen highest sequence that the device knows, by its own word
     */
    static DesiredRecord next(
            DeviceId device,
            Optional<DesiredRecord> last,
            Assignment.Builder assignment,
            Optional<ShadowAssignment.Builder> beside,
            long seen,
            Instant now) {
        long sequence =
                1 + Math.max(seen, last.map(r -> r.state().getSequence()).orElse(0L));
        var state = DesiredState.newBuilder()
                .setDeviceId(device.value())
                .setSequence(sequence)
                .setIssuedUnixMs(now.toEpochMilli());
        last.ifPresent(r -> r.state().getAssignmentsList().stream()
                .filter(a -> !a.getModel().equals(assignment.getModel()))
                .forEach(state::addAssignments));
        last.ifPresent(r -> r.state().getShadowsList().stream()
                .filter(s -> !s.getModel().equals(assignment.getModel()))
                .forEach(state::addShadows));
        state.addAssignments(assignment.setSequence(sequence));
        beside.ifPresent(shadow -> state.addShadows(shadow.setSequence(sequence)));
        return new DesiredRecord(
                device, state.build(), last.map(DesiredRecord::published).orElse(0L));
    }

    /**
     * The next desired state of a device: the last one with another variant beside, or with none for {@code ended}.
     *
     * @param shadow empty to end it
     */
    static DesiredRecord shadowed(
            DeviceId device,
            Optional<DesiredRecord> last,
            Optional<ShadowAssignment.Builder> shadow,
            String ended,
            long seen,
            Instant now) {
        long sequence =
                1 + Math.max(seen, last.map(r -> r.state().getSequence()).orElse(0L));
        String model = shadow.map(ShadowAssignment.Builder::getModel).orElse(ended);
        var state = DesiredState.newBuilder()
                .setDeviceId(device.value())
                .setSequence(sequence)
                .setIssuedUnixMs(now.toEpochMilli());
        last.ifPresent(r -> {
            state.addAllAssignments(r.state().getAssignmentsList());
            r.state().getShadowsList().stream()
                    .filter(s -> !s.getModel().equals(model))
                    .forEach(state::addShadows);
        });
        shadow.ifPresent(s -> state.addShadows(s.setSequence(sequence)));
        return new DesiredRecord(
                device, state.build(), last.map(DesiredRecord::published).orElse(0L));
    }

    /** Forgets all, and takes what another controller left. */
    void reload(Map<DeviceId, DesiredRecord> stored) {
        records.clear();
        records.putAll(stored);
    }

    void put(DesiredRecord record) {
        records.put(record.device(), record);
    }

    void published(DeviceId device, long sequence) {
        records.computeIfPresent(
                device, (id, r) -> new DesiredRecord(id, r.state(), Math.max(r.published(), sequence)));
    }

    void forget(DeviceId device) {
        records.remove(device);
    }
}
