package dev.edgewright.controller.fleet;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.AssignmentReport;
import dev.edgewright.common.protocol.v1.DeviceFacts;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.Probe;
import dev.edgewright.common.protocol.v1.Reported;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the controller knows of one device: its last presence, hello and reported state, and the operator's labels.
 *
 * @param hello default instance until the device said hello
 * @param reported default instance until the device reported
 * @param presence default instance until a presence was seen
 * @param boots its starts, of which the last one runs; none until it was introduced by a presence or a hello
 * @param operatorLabels labels set through the API; they win over the labels that the device brings
 * @param firstSeen when the first message of this device arrived, by the controller's clock
 * @param lastSeen when the last message of this device arrived, by the controller's clock
 */
public record Device(
        DeviceId id,
        Hello hello,
        Reported reported,
        Presence presence,
        Boots boots,
        Map<String, String> operatorLabels,
        Instant firstSeen,
        Instant lastSeen) {

    public Device {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(hello, "hello");
        Objects.requireNonNull(reported, "reported");
        Objects.requireNonNull(presence, "presence");
        Objects.requireNonNull(boots, "boots");
        operatorLabels = Map.copyOf(operatorLabels);
        Objects.requireNonNull(firstSeen, "firstSeen");
        Objects.requireNonNull(lastSeen, "lastSeen");
    }

    /** A device of which only the identifier is known. */
    public static Device unknown(DeviceId id, Instant now) {
        return new Device(
                id,
                Hello.getDefaultInstance(),
                Reported.getDefaultInstance(),
                Presence.getDefaultInstance(),
                Boots.NONE,
                Map.of(),
                now,
                now);
    }

    public boolean online() {
        return presence.getOnline();
    }

    public DeviceFacts facts() {
        return hello.getFacts();
    }

    public List<Probe> probes() {
        return hello.getProbesList();
    }

    /** True once the device said what it is; before that nothing can be chosen for it. */
    public boolean introduced() {
        return hello.hasFacts();
    }

    /** The device's own labels with the operator's laid over them, sorted by key. */
    public Map<String, String> labels() {
        var all = new TreeMap<>(hello.getLabelsMap());
        all.putAll(operatorLabels);
        return all;
    }

    /** The device's last report on {@code model}, if it made one. */
    public Optional<AssignmentReport> report(String model) {
        return reported.getAssignmentsList().stream()
                .filter(r -> r.getModel().equals(model))
                .findFirst();
    }

    /** Devices of one class run a model alike; see {@link HardwareClass}. */
    public HardwareClass hardwareClass() {
        return HardwareClass.of(facts());
    }

    public Device withHello(Hello value, Instant now) {
        return new Device(id, value, reported, presence, boots, operatorLabels, firstSeen, now);
    }

    public Device withReported(Reported value, Instant now) {
        return new Device(id, hello, value, presence, boots, operatorLabels, firstSeen, now);
    }

    public Device withPresence(Presence value, Instant now) {
        return new Device(id, hello, reported, value, boots, operatorLabels, firstSeen, now);
    }

    public Device withOperatorLabels(Map<String, String> value) {
        return new Device(id, hello, reported, presence, boots, value, firstSeen, lastSeen);
    }

    public Device withBoots(Boots value) {
        return new Device(id, hello, reported, presence, value, operatorLabels, firstSeen, lastSeen);
    }
}
