package dev.edgewright.agent.update;

import dev.edgewright.agent.link.Link;
import dev.edgewright.agent.slot.Disk;
import dev.edgewright.agent.slot.Slot;
import dev.edgewright.agent.slot.SlotStore;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.BootId;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.HeldModel;
import dev.edgewright.common.protocol.v1.Reported;
import dev.edgewright.common.signing.TrustedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All models of this device on their way from what is to what should be.
 *
 * <p>Used by one thread, which calls it for everything that arrives and, at least a few times a second, {@link #tick()}.
 * The desired state is written to {@code DATA/desired.bin} before it is acted on; after a restart the device goes on from
 * there without the controller.
 */
public final class UpdateEngine {

    private static final Logger LOG = LoggerFactory.getLogger(UpdateEngine.class);

    /** Who this device is and whom it believes. */
    public record Identity(DeviceId device, BootId boot, TrustedKeys fleetKeys, TrustedKeys catalogKeys) {}

    private static final String SHADOWS = "/shadows";

    private final Surroundings around;
    private final Shadows shadows;
    private final Disk disk;
    private final Path desiredFile;
    private final DesiredGate gate;
    private final Reports reports;
    private final Rejections rejections = new Rejections();
    private final Map<String, ModelUpdate> models = new TreeMap<>();
    private final Map<Digest, String> variantNames = new HashMap<>();
    private final Map<String, Long> pausedUntil = new HashMap<>();
    private final Map<String, Offer> untaken = new TreeMap<>();
    private Optional<byte[]> unkept = Optional.empty();
    private Optional<Digest> lastDesired = Optional.empty();
    private long desiredSequence;
    private Reported lastReport = Reported.getDefaultInstance();
    private long lastReportAt;

    public UpdateEngine(
            Identity identity,
            Path data,
            Disk disk,
            Runtime runtime,
            Link link,
            Time time,
            RandomGenerator random,
            UpdateSettings settings) {
        this(identity, data, disk, runtime, link, time, random, settings, List::of);
    }

    /** @param lent slots outside of the store whose chunks may be copied, such as those of trials */
    public UpdateEngine(
            Identity identity,
            Path data,
            Disk disk,
            Runtime runtime,
            Link link,
            Time time,
            RandomGenerator random,
            UpdateSettings settings,
            Supplier<List<Slot>> lent) {
        this.disk = disk;
        this.desiredFile = data.resolve("desired.bin");
        this.around = new Surroundings(
                identity.device(),
                new SlotStore(data, disk),
                new UpdateRecords(data, disk),
                runtime,
                link,
                time,
                random,
                settings,
                () -> lentAnd(lent));
        this.gate = new DesiredGate(identity.device(), identity.fleetKeys(), identity.catalogKeys());
        this.shadows = new Shadows(data, disk, around, gate);
        this.reports = new Reports(identity.device(), identity.boot());
    }

    /** Lets what served before serve again, counts crashes, takes up what was in motion. Needs no connection. */
    public void start() {
        TreeSet<String> names = new TreeSet<>();
        around.records().models().forEach(model -> names.add(model.value()));
        around.slots().models().forEach(model -> names.add(model.value()));
        for (String name : names) {
            ModelUpdate model = new ModelUpdate(new ModelName(name), around);
            models.put(name, model);
            guarded(name, model::start);
        }
        readDesired();
        tick();
    }

    /** The agent ends on purpose. Nothing may be called after it. */
    public void stop() {
        guarded(SHADOWS, shadows::stop);
        models.forEach((name, model) -> guarded(name, model::stop));
    }

    /** The connection is new. */
    public void connected() {
        models.values().forEach(ModelUpdate::connected);
        shadows.connected();
        lastReport = Reported.getDefaultInstance();
        tick();
    }

    /** A desired state arrived. */
    public void desired(byte[] signed) {
        DesiredGate.Ruling ruling =
                gate.judge(signed, desiredSequence, lastDesired, around.time().unixMillis());
        if (ruling instanceof DesiredGate.Refused refused) {
            refused(refused.code(), refused.detail());
        } else if (ruling instanceof DesiredGate.Accepted accepted) {
            keep(signed, accepted);
        } else {
            // Known already: whoever says it again has not heard what came of it.
            lastReport = Reported.getDefaultInstance();
        }
        tick();
    }

    /** Writes the state down before it is acted on; where the disk does not take it, it is tried again later. */
    private void keep(byte[] signed, DesiredGate.Accepted accepted) {
        unkept = Optional.of(signed);
        guarded("", () -> {
            disk.replace(desiredFile, signed);
            unkept = Optional.empty();
            lastDesired = Optional.of(Digest.of(signed));
            take(accepted);
        });
    }

    /** A chunk arrived, asked for or not. */
    public void chunk(Digest blob, int index, byte[] frame) {
        models.forEach((name, model) -> guarded(name, () -> model.chunk(blob, index, frame)));
        guarded(SHADOWS, () -> shadows.chunk(blob, index, frame));
        tick();
    }

    /** Something arrived that was no good already at the link. */
    public void refused(String code, String detail) {
        rejections.add(code, detail);
        LOG.atWarn().addKeyValue("code", code).log("message refused: {}", detail);
    }

    /** Goes on wherever it can, and reports what is new. */
    public void tick() {
        unkept.filter(signed -> !paused("")).ifPresent(this::desiredAgain);
        List.copyOf(untaken.values()).forEach(this::take);
        models.forEach((name, model) -> guarded(name, model::advance));
        guarded(SHADOWS, shadows::advance);
        report();
    }

    private void desiredAgain(byte[] signed) {
        DesiredGate.Ruling ruling =
                gate.judge(signed, desiredSequence, lastDesired, around.time().unixMillis());
        unkept = Optional.empty();
        if (ruling instanceof DesiredGate.Accepted accepted) {
            keep(signed, accepted);
        }
    }

    /** What this device holds, for its hello. */
    public List<HeldModel> held() {
        List<HeldModel> held = new ArrayList<>();
        for (ModelName model : around.slots().models()) {
            HeldModel.Builder entry = HeldModel.newBuilder().setModel(model.value());
            around.slots().active(model).ifPresent(active -> entry.setActiveManifest(active.toByteString()));
            around.slots()
                    .held(model)
                    .forEach(slot -> entry.addHeldManifests(slot.manifest().toByteString()));
            held.add(entry.build());
        }
        return held;
    }

    /** Of the last desired state that was accepted; unsigned. */
    public long desiredSequence() {
        return desiredSequence;
    }

    /** Messages refused since boot, by code. */
    public Map<String, Long> rejections() {
        return rejections.byCode();
    }

    /** Where each model stands. */
    public List<UpdateRecord> records() {
        return models.values().stream().map(ModelUpdate::record).toList();
    }

    private void take(DesiredGate.Accepted accepted) {
        DesiredState state = accepted.state();
        desiredSequence = state.getSequence();
        guarded(SHADOWS, () -> shadows.take(state));
        for (Offer offer : accepted.offers()) {
            String name = offer.model().value();
            offer.refusal().ifPresent(why -> refused(why.code(), name + ": " + why.message()));
            pausedUntil.remove(name);
            untaken.put(name, offer);
            take(offer);
        }
    }

    /** An offer that cannot be written down now is kept, and tried again with the next tick that is not paused. */
    private void take(Offer offer) {
        String name = offer.model().value();
        ModelUpdate model = models.computeIfAbsent(name, n -> new ModelUpdate(offer.model(), around));
        guarded(name, () -> {
            model.offer(offer).ifPresent(why -> refused(why.code(), why.message()));
            untaken.remove(name);
        });
    }

    private List<Slot> lentAnd(Supplier<List<Slot>> others) {
        List<Slot> all = new ArrayList<>(others.get());
        all.addAll(shadows.held());
        return all;
    }

    private void readDesired() {
        if (!Files.exists(desiredFile)) {
            return;
        }
        try {
            byte[] signed = Files.readAllBytes(desiredFile);
            if (gate.again(signed) instanceof DesiredGate.Accepted accepted) {
                lastDesired = Optional.of(Digest.of(signed));
                take(accepted);
            } else {
                LOG.atWarn().log("the stored desired state is no longer good; waiting for the controller's");
            }
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("the stored desired state cannot be read; waiting for the controller's");
        }
    }

    /** One model's trouble with the disk must not stop the others: it is tried again a little later. */
    private void guarded(String name, Runnable action) {
        if (paused(name)) {
            return;
        }
        try {
            action.run();
            pausedUntil.remove(name);
        } catch (EdgewrightException e) {
            if (e.kind() == EdgewrightException.Kind.BUG) {
                LOG.atError().addKeyValue("model", name).setCause(e).log("update stopped for a moment");
            } else {
                LOG.atWarn()
                        .addKeyValue("model", name)
                        .addKeyValue("code", e.code().name())
                        .log("update waits: {}", e.getMessage());
            }
            pausedUntil.put(
                    name,
                    around.time().monotonicMillis()
                            + around.settings().silence().toMillis());
        }
    }

    private boolean paused(String name) {
        return pausedUntil.getOrDefault(name, Long.MIN_VALUE) > around.time().monotonicMillis();
    }

    private void report() {
        if (!around.link().connected()) {
            return;
        }
        Reported body =
                reports.body(models.values(), shadows.reports(), desiredSequence, rejections, this::variantName);
        if (body.equals(lastReport)) {
            return;
        }
        long now = around.time().monotonicMillis();
        boolean onlyProgress = withoutProgress(body).equals(withoutProgress(lastReport));
        if (onlyProgress
                && now - lastReportAt < around.settings().progressEvery().toMillis()) {
            return;
        }
        lastReport = body;
        lastReportAt = now;
        around.link().reported(reports.numbered(body));
    }

    private static Reported withoutProgress(Reported body) {
        Reported.Builder stripped = body.toBuilder();
        stripped.getAssignmentsBuilderList()
                .forEach(report -> report.clearBytesDone().clearBytesReused().clearBytesTotal());
        return stripped.build();
    }

    private String variantName(Digest manifest) {
        String known = variantNames.get(manifest);
        if (known != null) {
            return known;
        }
        String name = around.slots().held().stream()
                .filter(slot -> slot.manifest().equals(manifest))
                .findFirst()
                .map(this::nameOf)
                .orElse("");
        if (!name.isEmpty()) {
            variantNames.put(manifest, name);
        }
        return name;
    }

    private String nameOf(Slot slot) {
        try {
            return slot.readManifest().getVariant();
        } catch (EdgewrightException e) {
            return "";
        }
    }
}
