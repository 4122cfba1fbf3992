package dev.edgewright.controller.testing;

import com.google.protobuf.ByteString;
import dev.edgewright.common.artifact.ManifestDigest;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.AssignmentReport;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.DeviceFacts;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.Probe;
import dev.edgewright.common.protocol.v1.ProbeResult;
import dev.edgewright.common.protocol.v1.Reported;
import dev.edgewright.common.protocol.v1.ReportedError;
import dev.edgewright.common.protocol.v1.ShadowAssignment;
import dev.edgewright.common.protocol.v1.ShadowReport;
import dev.edgewright.common.update.UpdateState;
import dev.edgewright.controller.fleet.FleetService;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A device that follows its desired state as its behaviour says, and reports to the fleet's registry directly. */
public final class FakeDevice {

    /** What it does with an assignment that is not a revert. */
    public enum Behaviour {
        COMMITS,
        FAILS,
        ROLLS_BACK,
        /** Takes desired states in and says nothing. */
        SILENT,
        /** Stops at WATCHING until told. */
        STAYS_WATCHING
    }

    private final DeviceId id;
    private FleetService fleet;
    private final ByteString boot;
    private final List<DesiredState> received = new ArrayList<>();
    private final Map<String, AssignmentReport> reports = new LinkedHashMap<>();
    private Behaviour behaviour = Behaviour.COMMITS;
    private boolean online;
    private boolean unheard;
    private long sequence;
    private long highest;
    private ProbeResult probe = ProbeResult.getDefaultInstance();
    private DesiredState waiting;
    private List<ShadowAssignment> beside = List.of();
    private String refusesBeside = "";

    public FakeDevice(String id, FleetService fleet) {
        this.id = DeviceId.of(id);
        this.fleet = fleet;
        this.boot = ByteString.copyFrom(new byte[15]).concat(ByteString.copyFrom(new byte[] {(byte) id.hashCode()}));
    }

    /** Speaks to another controller from now on, as after a restart of it; the broker brings what it had retained. */
    public void attach(FleetService other) {
        fleet = other;
    }

    public DeviceId id() {
        return id;
    }

    public FakeDevice behaves(Behaviour value) {
        behaviour = value;
        return this;
    }

    public FakeDevice probes(ProbeResult value) {
        probe = value;
        return this;
    }

    /** What it was told so far, oldest first. */
    public List<DesiredState> received() {
        return received;
    }

    public ByteString active(String model) {
        return reports.containsKey(model) ? reports.get(model).getActiveManifest() : ByteString.EMPTY;
    }

    public static DeviceFacts.Builder facts() {
        return DeviceFacts.newBuilder()
                .setArch("x86_64")
                .setCpuModel("Test CPU")
                .setCores(2)
                .setIntraOpThreads(1)
                .setRamBytes(2L << 30)
                .addIsa("avx2");
    }

    /** A probe of every kernel, of one size, that makes {@code int8} that many times as fast as fp32. */
    public static List<Probe> probes(double int8Speedup) {
        var probes = new ArrayList<Probe>();
        for (String kernel : List.of("conv", "depthwise_conv", "gemm")) {
            for (String precision : List.of("fp32", "u8s8", "s8s8")) {
                double us = precision.equals("fp32") ? 1000 : 1000 / int8Speedup;
                probes.add(Probe.newBuilder()
                        .setKernel(kernel)
                        .setPrecision(precision)
                        .setSize("small")
                        .setThreads(1)
                        .setMedianUs(us)
                        .setP95Us(us)
                        .setWork(1e6)
                        .setRuns(10)
                        .build());
            }
        }
        return probes;
    }

    public FakeDevice connects() {
        return connects(facts().build(), probes(3));
    }

    public FakeDevice connects(DeviceFacts facts, List<Probe> probes) {
        online = true;
        fleet.onPresence(
                id, Presence.newBuilder().setOnline(true).setBootId(boot).build());
        fleet.onHello(
                id,
                Hello.newBuilder()
                        .setDeviceId(id.value())
                        .setBootId(boot)
                        .setSequence(++sequence)
                        .setFacts(facts)
                        .addAllProbes(probes)
                        .setHighestDesiredSequence(highest)
                        .build());
        report();
        if (waiting != null) {
            var retained = waiting;
            waiting = null;
            receive(retained);
        }
        return this;
    }

    public void disconnects() {
        online = false;
        fleet.onPresence(
                id, Presence.newBuilder().setOnline(false).setBootId(boot).build());
    }

    /** What the broker brings: kept for later while it is offline, as a retained message is. */
    public void receive(DesiredState desired) {
        if (!online) {
            waiting = desired;
            return;
        }
        if (desired.getSequence() <= highest) {
            if (desired.getSequence() == highest && behaviour != Behaviour.SILENT) {
                report();
            }
            return;
        }
        highest = desired.getSequence();
        received.add(desired);
        if (behaviour == Behaviour.SILENT) {
            return;
        }
        beside = desired.getShadowsList();
        report();
        for (Assignment assignment : desired.getAssignmentsList()) {
            var known = reports.get(assignment.getModel());
            if (known == null || known.getSequence() < assignment.getSequence()) {
                follow(assignment);
            }
        }
    }

    private void follow(Assignment assignment) {
        if (assignment.getRemove()) {
            reports.remove(assignment.getModel());
            report();
            return;
        }
        if (assignment.getRevert()) {
            say(assignment, UpdateState.COMMITTED, true);
            return;
        }
        say(assignment, UpdateState.FETCHING, false);
        switch (behaviour) {
            case COMMITS -> {
                say(assignment, UpdateState.VERIFYING, false);
                say(assignment, UpdateState.PROBING, false);
                say(assignment, UpdateState.WATCHING, true);
                say(assignment, UpdateState.COMMITTED, true);
            }
            case FAILS -> say(assignment, UpdateState.FAILED, false);
            case ROLLS_BACK -> {
                say(assignment, UpdateState.WATCHING, true);
                say(assignment, UpdateState.ROLLED_BACK, false);
            }
            case STAYS_WATCHING -> say(assignment, UpdateState.WATCHING, true);
            default -> throw new IllegalStateException();
        }
    }

    private void say(Assignment assignment, UpdateState state, boolean active) {
        var digest = ManifestDigest.of(assignment.getManifest()).toByteString();
        var last = reports.getOrDefault(assignment.getModel(), AssignmentReport.getDefaultInstance());
        if (last.getSequence() > assignment.getSequence()) {
            // A newer assignment came while this one was spoken about.
            return;
        }
        var previous =
                last.getSequence() == assignment.getSequence() ? last.getPreviousManifest() : last.getActiveManifest();
        var report = AssignmentReport.newBuilder()
                .setModel(assignment.getModel())
                .setSequence(assignment.getSequence())
                .setRolloutId(assignment.getRolloutId())
                .setManifest(digest)
                .setState(state.toProto())
                .setActiveManifest(active ? digest : previous)
                .setPreviousManifest(previous)
                .setProbe(probe);
        if (state == UpdateState.FAILED || state == UpdateState.ROLLED_BACK) {
            report.setError(ReportedError.newBuilder().setCode("PARITY").setMessage("told to fail"));
        }
        reports.put(assignment.getModel(), report.build());
        report();
    }

    /** Variants that run beside now, by its desired state. */
    public List<ShadowAssignment> beside() {
        return beside;
    }

    /** Cannot run anything beside, for this reason. */
    public FakeDevice refusesBeside(String code) {
        refusesBeside = code;
        return this;
    }

    private ShadowReport shadow(ShadowAssignment assignment) {
        var report = ShadowReport.newBuilder()
                .setModel(assignment.getModel())
                .setSequence(assignment.getSequence())
                .setRolloutId(assignment.getRolloutId())
                .setManifest(ManifestDigest.of(assignment.getManifest()).toByteString())
                .setState((refusesBeside.isEmpty() ? UpdateState.WATCHING : UpdateState.FAILED).toProto())
                .setMemoryBytes(3 << 20);
        if (!refusesBeside.isEmpty()) {
            report.setError(ReportedError.newBuilder().setCode(refusesBeside).setMessage("told to"));
        }
        return report.build();
    }

    /** Moves the last assignment of a model on by hand. */
    public void says(String model, UpdateState state, boolean active) {
        var last = reports.get(model);
        reports.put(
                model,
                last.toBuilder()
                        .setState(state.toProto())
                        .setProbe(probe)
                        .setActiveManifest(active ? last.getManifest() : last.getPreviousManifest())
                        .build());
        report();
    }

    /** What it says reaches nobody, or does again. */
    public FakeDevice unheard(boolean value) {
        unheard = value;
        return this;
    }

    private void report() {
        if (unheard) {
            return;
        }
        fleet.onReported(
                id,
                Reported.newBuilder()
                        .setDeviceId(id.value())
                        .setBootId(boot)
                        .setSequence(++sequence)
                        .setDesiredSequence(highest)
                        .addAllAssignments(reports.values())
                        .addAllShadows(beside.stream().map(this::shadow).toList())
                        .build());
    }
}
