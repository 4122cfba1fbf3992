package dev.edgewright.benchmarks.selection;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.AssignmentReport;
import dev.edgewright.common.protocol.v1.LifecycleState;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.Reported;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.protocol.v1.TrialReport;
import dev.edgewright.common.protocol.v1.TrialRequest;
import dev.edgewright.common.protocol.v1.TrialResult;
import dev.edgewright.common.protocol.v1.TrialState;
import dev.edgewright.compression.CompressionSettings;
import dev.edgewright.controller.ControllerDomain;
import dev.edgewright.controller.catalog.CompressorMaker;
import dev.edgewright.controller.catalog.TrainingCache;
import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.http.view.RolloutBodySection;
import dev.edgewright.controller.selection.Requirement;
import dev.edgewright.controller.selection.Selection;
import dev.edgewright.controller.trial.Trial;
import dev.edgewright.controller.trial.TrialPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;

/** A real controller without a transport, and one device at a time that measures what it is asked to. */
final class SelectionLab implements AutoCloseable {

    static final ModelName MODEL = ModelName.of("evaluated");
    static final String VERSION = "1";
    private static final int WARM_UP_MS = 4000;

    private final ControllerDomain domain;
    private final Slots slots;
    private final Requirement requirement;
    private DeviceId device;
    private DeviceProcess process;
    private long trialMs;

    /** @param maxDrop of accuracy against the original that a choice may have */
    SelectionLab(Path work, double maxDrop) {
        this.requirement = Requirement.of(OptionalDouble.empty(), OptionalDouble.of(maxDrop));
        this.slots = new Slots(work.resolve("slots"));
        this.domain = new ControllerDomain(
                ControllerDomain.Settings.in(work.resolve("controller")),
                new CompressorMaker(CompressionSettings.defaults(), new TrainingCache(work.resolve("training"), 0)),
                (to, desired) -> CompletableFuture.completedFuture(null),
                this::onTrial,
                new RolloutBodySection(),
                (blob, index, frame) -> true,
                Clock.systemUTC());
        domain.start();
    }

    ControllerDomain domain() {
        return domain;
    }

    Slots slots() {
        return slots;
    }

    List<Variant> variants() {
        return domain.catalog().variants(MODEL);
    }

    /** Whether a variant keeps the limit on accuracy, by the catalog's own figures. */
    boolean allowed(Variant variant) {
        double original = variants().stream()
                .filter(Variant::original)
                .mapToDouble(v -> v.accuracy().getValue())
                .findFirst()
                .orElseThrow();
        return original - variant.accuracy().getValue() <= requirement.maxDrop().orElseThrow() + 1e-12;
    }

    /** Makes a device known that nobody has heard of before, with the original serving on it. */
    void introduce(DeviceKind kind, DeviceProcess running) throws IOException {
        String name = kind.name() + "-" + Long.toString(System.currentTimeMillis(), 36);
        device = DeviceId.of(name);
        process = running;
        var said = process.hello();
        domain.fleet()
                .onHello(
                        device,
                        said.toBuilder()
                                .setDeviceId(name)
                                .setBootId(com.google.protobuf.ByteString.copyFrom(new byte[16]))
                                .setSequence(1)
                                .setFacts(said.getFacts().toBuilder().setCpuModel(name))
                                .build());
        domain.fleet().onPresence(device, Presence.newBuilder().setOnline(true).build());
        var original = variants().stream().filter(Variant::original).findFirst().orElseThrow();
        process.activate(slots.folder(original));
        domain.fleet()
                .onReported(
                        device,
                        Reported.newBuilder()
                                .setDeviceId(name)
                                .setBootId(com.google.protobuf.ByteString.copyFrom(new byte[16]))
                                .setSequence(2)
                                .addAssignments(AssignmentReport.newBuilder()
                                        .setModel(MODEL.value())
                                        .setState(LifecycleState.LIFECYCLE_STATE_COMMITTED)
                                        .setManifest(original.digest().toByteString())
                                        .setActiveManifest(original.digest().toByteString()))
                                .build());
        // As an agent that has been up for a while: what is compiled on the way is not part of anything measured.
        process.measure(slots.folder(original), WARM_UP_MS, 1e-6);
    }

    Selection select() {
        return domain.selection()
                .select(MODEL, VERSION, domain.fleet().get(device).orElseThrow(), "auto", requirement);
    }

    /** @return what the trial says of itself, and the milliseconds that the device spent on it */
    Tried tried(int longestMs) throws InterruptedException {
        trialMs = 0;
        String deviceClass = domain.classes().of(domain.fleet().get(device).orElseThrow());
        var usual = TrialPolicy.DEFAULT;
        var policy = new TrialPolicy(1, usual.best(), longestMs, usual.precision(), 0, 200, Duration.ofMinutes(5));
        var started = domain.trials().start(MODEL, VERSION, deviceClass, requirement, policy);
        if (started.trial().isEmpty()) {
            return new Tried(List.of(started.why()), 0);
        }
        String id = started.trial().get().id();
        while (domain.trials().get(id).map(Trial::live).orElse(false)) {
            Thread.sleep(100);
        }
        return new Tried(domain.trials().get(id).orElseThrow().words(), trialMs);
    }

    /** What a trial came to. */
    record Tried(List<String> words, long spentMs) {}

    /** What the broker and an agent would do between them. */
    private boolean onTrial(DeviceId to, Signed signed) {
        if (!to.equals(device)) {
            return false;
        }
        CompletableFuture.runAsync(() -> {
            try {
                answer(TrialState.parseFrom(signed.getPayload()));
            } catch (IOException e) {
                System.out.println(to + " failed: " + e.getMessage());
            }
        });
        return true;
    }

    private void answer(TrialState state) throws IOException {
        var report = TrialReport.newBuilder()
                .setDeviceId(device.value())
                .setSequence(state.getSequence())
                .setTrialSequence(state.getSequence());
        for (TrialRequest request : state.getTrialsList()) {
            for (var candidate : request.getCandidatesList()) {
                Digest digest = Digest.of(candidate.getManifest().getPayload());
                long begun = System.nanoTime();
                TrialResult result =
                        process.measure(slots.folder(digest), request.getMeasureMs(), request.getPrecision());
                trialMs += (System.nanoTime() - begun) / 1_000_000;
                report.addResults(result.toBuilder()
                        .setTrialId(request.getTrialId())
                        .setModel(request.getModel())
                        .setManifest(digest.toByteString())
                        .setRound(request.getRound()));
            }
        }
        domain.trials().onTrialed(device, report.build());
    }

    @Override
    public void close() {
        domain.close();
    }
}
