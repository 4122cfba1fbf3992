package dev.edgewright.simulator.device;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.Codec;
import dev.edgewright.common.protocol.MessageKind;
import dev.edgewright.common.protocol.Renewal;
import dev.edgewright.common.protocol.TopicMatch;
import dev.edgewright.common.protocol.Topics;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.Probe;
import dev.edgewright.common.protocol.v1.Reported;
import dev.edgewright.common.protocol.v1.ShadowAssignment;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.common.trust.SignedStateCheck;
import dev.edgewright.common.update.UpdateState;
import dev.edgewright.simulator.profile.Fault;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A device that speaks the whole protocol and runs no model. Messages and the time come in, {@link Action}s go out; it knows no network,
 * thread or clock. Not thread-safe: one lane owns it. All times are unix milliseconds.
 */
public final class VirtualDevice {

    private static final long PROGRESS_MS = 2_000;
    private static final long RESTART_MS = 1_000;
    private static final long RESIDENT_BYTES = 96_000_000;
    private static final String VERSION = "simulator";

    private final Blueprint blueprint;
    private final Checks checks;
    private final DesiredCheck check;
    private final RandomGenerator random;
    private final List<Probe> probes;
    private final Renewal renewal;
    private final Map<String, ModelLife> models = new TreeMap<>();
    private final Map<String, ShadowLife> shadows = new TreeMap<>();
    private final Set<ByteString> heldChunks = new HashSet<>();
    private List<Action> actions = new ArrayList<>();
    private ByteString boot;
    private boolean connected;
    private boolean silent;
    private long helloSequence;
    private long reportedSequence;
    private long telemetrySequence;
    private long reportedAtMs;
    private boolean progressed;
    private long windowStartMs;
    private long windowEndMs = Long.MAX_VALUE;
    private long rejected;
    private String lastRejection = "";
    private long chunksTaken;
    private long bytesTaken;

    /** @param checks shared by all devices of a fleet */
    public VirtualDevice(Blueprint blueprint, Checks checks, RandomGenerator random) {
        this.blueprint = blueprint;
        this.checks = checks;
        this.check = new DesiredCheck(blueprint.id(), checks);
        this.random = random;
        this.boot = blueprint.boot().toByteString();
        this.probes = KernelProbes.of(blueprint.kind().profile(), random);
        this.renewal = new Renewal(new SplittableRandom(blueprint.boot().hashCode()));
    }

    public Blueprint blueprint() {
        return blueprint;
    }

    public DeviceId id() {
        return blueprint.id();
    }

    /** The payload of the last will. */
    public byte[] lastWill() {
        return Codec.encode(
                MessageKind.PRESENCE, Presence.newBuilder().setBootId(boot).build(), id());
    }

    /** The connection stands: says who it is, what it is and how it stands, and asks for its desired state. */
    public List<Action> connected(long nowMs) {
        if (!connected && windowEndMs == Long.MAX_VALUE) {
            windowStartMs = nowMs;
            windowEndMs = nowMs + 1 + (long) (random.nextDouble() * blueprint.telemetryMs());
        }
        connected = true;
        if (silent) {
            return List.of();
        }
        publish(MessageKind.PRESENCE, presence(nowMs), 1, true);
        publish(MessageKind.HELLO, hello(), 1, true);
        report(nowMs);
        subscribe(nowMs);
        renewal.connected(nowMs);
        return taken();
    }

    private void subscribe(long nowMs) {
        actions.add(new Action.Subscribe(Topics.desired(id())));
        models.values().forEach(model -> model.reconnected(nowMs));
        shadows.values().forEach(shadow -> shadow.reconnected(nowMs));
    }

    /** The connection broke. */
    public void disconnected() {
        connected = false;
    }

    public boolean isConnected() {
        return connected;
    }

    /** A message came. One that is not for this device, or breaks a rule, changes nothing but counts. */
    public List<Action> received(String topic, byte[] payload, long nowMs) {
        if (silent) {
            return List.of();
        }
        TopicMatch match = Topics.parse(topic);
        if (match instanceof TopicMatch.Device device
                && device.kind() == MessageKind.DESIRED
                && device.device().equals(id())) {
            desired(payload, nowMs);
        } else if (match instanceof TopicMatch.Blob blob) {
            chunk(blob, payload, nowMs);
        }
        return taken();
    }

    /** When {@link #tick} has something to do; {@link Long#MAX_VALUE} for never. */
    public long wakeAtMs() {
        if (silent || !connected) {
            return Long.MAX_VALUE;
        }
        long wake = Math.min(windowEndMs, renewal.atMs());
        for (ModelLife model : models.values()) {
            wake = Math.min(wake, Math.min(model.wakeAtMs(), model.diesAtMs()));
        }
        for (ShadowLife shadow : shadows.values()) {
            wake = Math.min(wake, shadow.wakeAtMs());
        }
        return wake;
    }

    /** Does all that is due. */
    public List<Action> tick(long nowMs) {
        if (silent || !connected) {
            return List.of();
        }
        if (models.values().stream().anyMatch(model -> nowMs >= model.diesAtMs())) {
            return died(nowMs);
        }
        models.values().forEach(model -> model.tick(nowMs));
        shadows.values().forEach(shadow -> shadow.tick(nowMs));
        if (renewal.due(nowMs)) {
            publish(MessageKind.PRESENCE, presence(nowMs), 1, true);
            subscribe(nowMs);
        }
        if (nowMs >= windowEndMs) {
            telemetry(nowMs);
        }
        reportWhereChanged(nowMs);
        return taken();
    }

    /** A variant took the process down: it comes back as a new boot that finds its models as they were. */
    private List<Action> died(long nowMs) {
        byte[] fresh = new byte[boot.size()];
        for (int i = 0; i < fresh.length; i++) {
            fresh[i] = (byte) random.nextInt();
        }
        boot = ByteString.copyFrom(fresh);
        helloSequence = 0;
        reportedSequence = 0;
        telemetrySequence = 0;
        rejected = 0;
        lastRejection = "";
        models.values().forEach(model -> model.restarted(nowMs));
        actions.clear();
        actions.add(new Action.Die(RESTART_MS));
        return taken();
    }

    /** The orderly end: what to publish before the connection is closed. A silent device says this much, for no last will follows. */
    public List<Action> closing() {
        if (!connected) {
            return List.of();
        }
        actions.add(new Action.Publish(Topics.presence(id()), lastWill(), 1, true));
        return taken();
    }

    /** Where each model stands. */
    public void eachState(Consumer<UpdateState> consumer) {
        models.values().forEach(model -> consumer.accept(model.state()));
    }

    public boolean isSilent() {
        return silent;
    }

    /** Desired states that were refused. */
    public long rejected() {
        return rejected;
    }

    /** Frames that were missing here and are verified. */
    public long chunksTaken() {
        return chunksTaken;
    }

    /** Bytes of those frames. */
    public long bytesTaken() {
        return bytesTaken;
    }

    private void desired(byte[] payload, long nowMs) {
        SignedStateCheck.Ruling<DesiredState> ruling = check.judge(payload, nowMs);
        if (ruling instanceof SignedStateCheck.Refused<DesiredState> refused) {
            rejected++;
            lastRejection = refused.code() + ": " + refused.detail();
            report(nowMs);
        } else if (ruling instanceof SignedStateCheck.Accepted<DesiredState> accepted) {
            accept(accepted.state(), nowMs);
        } else {
            report(nowMs); // whoever says it again has not heard what came of it
        }
    }

    private void accept(DesiredState state, long nowMs) {
        for (Assignment assignment : state.getAssignmentsList()) {
            ModelLife model = models.get(assignment.getModel());
            if (model == null || model.isNewer(assignment)) {
                if (blueprint.fault() == Fault.SILENT) {
                    silent = true;
                    actions.clear();
                    return;
                }
                models.computeIfAbsent(
                                assignment.getModel(),
                                name -> new ModelLife(
                                        blueprint, heldChunks, checks, random, nowMs, action -> actions.add(action)))
                        .offer(assignment, check.manifest(assignment), nowMs);
            }
        }
        shadow(state.getShadowsList(), nowMs);
        report(nowMs);
    }

    /** What is named runs beside what serves, what is no longer named ends. */
    private void shadow(List<ShadowAssignment> named, long nowMs) {
        shadows.entrySet().removeIf(entry -> {
            boolean stays = named.stream().anyMatch(entry.getValue()::is);
            if (!stays) {
                entry.getValue().stop();
            }
            return !stays;
        });
        for (ShadowAssignment shadow : named) {
            shadows.computeIfAbsent(
                    shadow.getModel(),
                    model -> new ShadowLife(
                            blueprint,
                            shadow,
                            check.manifest(shadow),
                            heldChunks,
                            checks,
                            random,
                            nowMs,
                            action -> actions.add(action)));
        }
    }

    private void chunk(TopicMatch.Blob blob, byte[] frame, long nowMs) {
        boolean wanted = false;
        for (ModelLife model : models.values()) {
            wanted |= model.take(blob.digest(), blob.chunk(), frame, nowMs);
        }
        for (ShadowLife shadow : shadows.values()) {
            wanted |= shadow.take(blob.digest(), blob.chunk(), frame, nowMs);
        }
        if (wanted) {
            chunksTaken++;
            bytesTaken += frame.length;
            progressed = true;
        }
        reportWhereChanged(nowMs);
    }

    private void reportWhereChanged(long nowMs) {
        boolean changed = false;
        for (ModelLife model : models.values()) {
            changed |= model.takeChanged();
        }
        for (ShadowLife shadow : shadows.values()) {
            changed |= shadow.takeChanged();
        }
        if (changed || progressed && nowMs - reportedAtMs >= PROGRESS_MS) {
            report(nowMs);
        }
    }

    private void report(long nowMs) {
        Reported.Builder reported = Reported.newBuilder()
                .setDeviceId(id().value())
                .setBootId(boot)
                .setSequence(++reportedSequence)
                .setDesiredSequence(check.highest())
                .setRejected(rejected)
                .setLastRejection(lastRejection);
        models.values().forEach(model -> {
            model.takeChanged();
            reported.addAssignments(model.report());
        });
        shadows.values().forEach(shadow -> reported.addShadows(shadow.report()));
        publish(MessageKind.REPORTED, reported.build(), 1, true);
        reportedAtMs = nowMs;
        progressed = false;
    }

    private void telemetry(long nowMs) {
        TelemetryWindow.Builder window = TelemetryWindow.newBuilder()
                .setDeviceId(id().value())
                .setBootId(boot)
                .setStartUnixMs(windowStartMs)
                .setLengthMs((int) Math.min(nowMs - windowStartMs, Integer.MAX_VALUE));
        models.values().forEach(model -> model.window(nowMs).ifPresent(window::addModels));
        shadows.forEach((name, shadow) -> shadow.window(
                        Optional.ofNullable(models.get(name)).flatMap(ModelLife::serving), nowMs)
                .ifPresent(window::addShadows));
        window.setResidentBytes(RESIDENT_BYTES
                + models.values().stream()
                        .mapToLong(model -> model.leakedBytes(nowMs))
                        .sum());
        if (window.getModelsCount() > 0) {
            publish(
                    MessageKind.TELEMETRY,
                    window.setSequence(++telemetrySequence).build(),
                    0,
                    false);
        }
        windowStartMs = nowMs;
        windowEndMs = nowMs + blueprint.telemetryMs();
    }

    private Presence presence(long nowMs) {
        return Presence.newBuilder()
                .setOnline(true)
                .setBootId(boot)
                .setAtUnixMs(nowMs)
                .setAgentVersion(VERSION)
                .build();
    }

    private Hello hello() {
        return Hello.newBuilder()
                .setDeviceId(id().value())
                .setBootId(boot)
                .setSequence(++helloSequence)
                .setHighestDesiredSequence(check.highest())
                .addAllProbes(probes)
                .setFingerprint(VERSION + "-" + blueprint.kind().name())
                .putLabels("simulated", "true")
                .putLabels("profile", blueprint.kind().name())
                .setFacts(VirtualFacts.of(blueprint.kind().profile(), VERSION))
                .build();
    }

    private void publish(MessageKind kind, Message message, int qos, boolean retained) {
        String topic = switch (kind) {
            case PRESENCE -> Topics.presence(id());
            case HELLO -> Topics.hello(id());
            case REPORTED -> Topics.reported(id());
            default -> Topics.telemetry(id());
        };
        actions.add(new Action.Publish(topic, Codec.encode(kind, message, id()), qos, retained));
    }

    private List<Action> taken() {
        List<Action> all = actions;
        actions = new ArrayList<>();
        return all;
    }
}
