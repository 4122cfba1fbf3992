package dev.edgewright.agent.trial;

import dev.edgewright.agent.link.Link;
import dev.edgewright.agent.slot.Disk;
import dev.edgewright.agent.slot.HeldChunks;
import dev.edgewright.agent.slot.Slot;
import dev.edgewright.agent.slot.SlotStore;
import dev.edgewright.agent.slot.Staging;
import dev.edgewright.agent.update.Failure;
import dev.edgewright.agent.update.Fetch;
import dev.edgewright.agent.update.Time;
import dev.edgewright.agent.update.UpdateEngine;
import dev.edgewright.agent.update.UpdateSettings;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.TrialPhase;
import dev.edgewright.common.protocol.v1.TrialReport;
import dev.edgewright.common.protocol.v1.TrialResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All trials of this device. Used by one thread, which calls it for everything that arrives and {@link #tick()} a few times a
 * second; measuring blocks it.
 *
 * <p>Candidates lie in a slot store of their own ({@code DATA/trials}), so that no update throws them away and none of them can
 * ever serve. Their chunks are reused by an update that follows. A candidate that was measured in a round is not measured again in
 * it, whatever happened to the agent.
 */
public final class TrialEngine {

    private static final Logger LOG = LoggerFactory.getLogger(TrialEngine.class);
    private static final int MAX_CRASHES = 2;
    private static final long AGAIN_MILLIS = 1000;
    private static final long PATIENCE_MILLIS = 30_000;
    private static final long KEEP_FREE = 8;

    private final UpdateEngine.Identity identity;
    private final TrialGate gate;
    private final TrialFiles files;
    private final SlotStore slots;
    private final SlotStore serving;
    private final Bench bench;
    private final Link link;
    private final Time time;
    private final RandomGenerator random;
    private final UpdateSettings settings;
    private final BooleanSupplier wanted;

    private final Map<String, TrialResult> results = new TreeMap<>();
    private List<Candidate> candidates = List.of();
    private Optional<Digest> lastState = Optional.empty();
    private Optional<Fetch> fetch = Optional.empty();
    private Optional<Candidate> fetching = Optional.empty();
    private long sequence;
    private long reportSequence;
    private long rejected;
    private String lastRejection = "";
    private long notBefore;
    private TrialReport published = TrialReport.getDefaultInstance();

    /**
     * @param serving the slots that updates made; only read
     * @param wanted false as soon as something waits that is more important than going on to measure
     */
    public TrialEngine(
            UpdateEngine.Identity identity,
            Path data,
            Disk disk,
            SlotStore serving,
            Bench bench,
            Link link,
            Time time,
            RandomGenerator random,
            UpdateSettings settings,
            BooleanSupplier wanted) {
        Path folder = data.resolve("trials");
        this.identity = identity;
        this.gate = new TrialGate(identity.device(), identity.fleetKeys(), identity.catalogKeys());
        this.files = new TrialFiles(folder, disk);
        this.slots = new SlotStore(folder, disk);
        this.serving = serving;
        this.bench = bench;
        this.link = link;
        this.time = time;
        this.random = random;
        this.settings = settings;
        this.wanted = wanted;
    }

    /** Takes up what was accepted and measured before a restart. */
    public void start() {
        files.report().getResultsList().forEach(result -> results.put(key(result), result));
        files.state()
                .flatMap(signed -> gate.again(signed).map(accepted -> {
                    lastState = Optional.of(Digest.of(signed));
                    return accepted;
                }))
                .ifPresent(this::take);
    }

    /** A trial state arrived. */
    public void trial(byte[] signed) {
        TrialGate.Ruling ruling = gate.judge(signed, sequence, lastState, time.unixMillis());
        if (ruling instanceof TrialGate.Refused refused) {
            rejected++;
            lastRejection = refused.code() + ": " + refused.detail();
            LOG.atWarn().addKeyValue("code", refused.code()).log("trial refused: {}", refused.detail());
        } else if (ruling instanceof TrialGate.Accepted accepted) {
            files.writeState(signed);
            lastState = Optional.of(Digest.of(signed));
            take(accepted);
        }
        report();
    }

    /** A chunk arrived, asked for or not. */
    public void chunk(Digest blob, int index, byte[] frame) {
        fetch.ifPresent(f -> guarded(() -> f.chunk(blob, index, frame, time.monotonicMillis())));
    }

    /** The connection is new. */
    public void connected() {
        fetch.ifPresent(Fetch::connected);
        published = TrialReport.getDefaultInstance();
        report();
    }

    /** Lets go of files and subscriptions. */
    public void stop() {
        leave();
    }

    /** Whole candidates that lie here; an update takes chunks from them. */
    public List<Slot> held() {
        return slots.held();
    }

    /** Goes on as far as it can: fetches one candidate after the other, and measures when it may. */
    public void tick() {
        if (time.monotonicMillis() < notBefore) {
            return;
        }
        Optional<Candidate> next =
                candidates.stream().filter(candidate -> !done(candidate)).findFirst();
        if (next.isPresent()) {
            guarded(() -> work(next.get()));
        } else {
            makeRoom();
        }
        report();
    }

    private void take(TrialGate.Accepted accepted) {
        sequence = accepted.state().getSequence();
        candidates = accepted.candidates();
        notBefore = 0;
        if (fetching.isPresent() && candidates.stream().noneMatch(c -> c.equals(fetching.get()))) {
            leave();
        }
        results.keySet().retainAll(candidates.stream().map(TrialEngine::key).toList());
        Map<ModelName, Set<Digest>> named = new TreeMap<>(java.util.Comparator.comparing(ModelName::value));
        candidates.forEach(
                c -> named.computeIfAbsent(c.model(), m -> new HashSet<>()).add(c.digest()));
        named.forEach((model, digests) -> slots.collect(model, digests, digests));
    }

    private boolean done(Candidate candidate) {
        TrialResult result = results.get(key(candidate));
        return result != null
                && candidate.answeredBy(result)
                && (result.getPhase() == TrialPhase.TRIAL_PHASE_MEASURED
                        || result.getPhase() == TrialPhase.TRIAL_PHASE_OUT);
    }

    private void work(Candidate candidate) {
        Optional<Failure> out =
                candidate.refusal().or(() -> candidate.manifest().flatMap(bench::unfit));
        if (out.isPresent()) {
            out(candidate, out.get());
            return;
        }
        Optional<Slot> slot = serving.slot(candidate.model(), candidate.digest())
                .or(() -> slots.slot(candidate.model(), candidate.digest()));
        if (slot.isEmpty()) {
            bring(candidate);
            return;
        }
        measure(candidate, slot.get());
    }

    private void bring(Candidate candidate) {
        if (fetch.isEmpty()) {
            Staging staging = slots.stage(candidate.model(), candidate.digest());
            staging.writeManifest(candidate.signed());
            List<Slot> held = new ArrayList<>(serving.held());
            held.addAll(slots.held());
            fetch = Optional.of(new Fetch(
                    identity.device(),
                    candidate.manifest().orElseThrow(),
                    staging,
                    HeldChunks.of(held),
                    slots,
                    link,
                    settings,
                    random));
            fetching = Optional.of(candidate);
        }
        boolean whole = fetch.get().advance(time.monotonicMillis());
        Optional<Failure> failure = fetch.get().failure();
        if (failure.isPresent()) {
            leave();
            out(candidate, failure.get());
        } else if (whole) {
            leave();
            Staging staging = slots.stage(candidate.model(), candidate.digest());
            staging.slot().verify();
            slots.admit(staging);
        } else {
            keep(candidate
                    .result()
                    .setPhase(TrialPhase.TRIAL_PHASE_FETCHING)
                    .setWaitingFor("chunks")
                    .build());
        }
    }

    private void measure(Candidate candidate, Slot slot) {
        Optional<String> waiting = bench.conditions().waitingFor(candidate.request());
        if (waiting.isPresent()) {
            waits(candidate, waiting.get());
            return;
        }
        if (files.unfinished(candidate.digest()) >= MAX_CRASHES) {
            files.end();
            out(
                    candidate,
                    new Failure("CRASH_LOOP", "the agent died " + MAX_CRASHES + " times while it measured this"));
            return;
        }
        report();
        slot.verify();
        files.begin(candidate.digest());
        long until = time.monotonicMillis() + 4L * candidate.request().getMeasureMs() + PATIENCE_MILLIS;
        Optional<TrialResult.Builder> measured = bench.measure(
                slot,
                candidate.manifest().orElseThrow(),
                candidate.request(),
                () -> wanted.getAsBoolean()
                        && time.monotonicMillis() < until
                        && bench.conditions().waitingFor(candidate.request()).isEmpty());
        files.end();
        if (measured.isEmpty()) {
            waits(candidate, bench.conditions().waitingFor(candidate.request()).orElse("idle"));
            return;
        }
        TrialResult result = measured.get()
                .mergeFrom(candidate.result().build())
                .setAtUnixMs(time.unixMillis())
                .build();
        LOG.atInfo()
                .addKeyValue("model", candidate.request().getModel())
                .addKeyValue("variant", candidate.manifest().orElseThrow().getVariant())
                .addKeyValue("phase", result.getPhase())
                .addKeyValue("p50_ms", result.getCandidate().getP50Ms())
                .addKeyValue("ratio", result.getRatio())
                .log("trial measured");
        keep(result);
    }

    private void waits(Candidate candidate, String what) {
        notBefore = time.monotonicMillis() + AGAIN_MILLIS;
        keep(candidate
                .result()
                .setPhase(TrialPhase.TRIAL_PHASE_WAITING)
                .setWaitingFor(what)
                .build());
    }

    private void out(Candidate candidate, Failure why) {
        keep(candidate
                .result()
                .setPhase(TrialPhase.TRIAL_PHASE_OUT)
                .setError(why.toProto())
                .setAtUnixMs(time.unixMillis())
                .build());
    }

    /** Results are written down before they are told. */
    private void keep(TrialResult result) {
        TrialResult before = results.put(key(result), result);
        boolean over =
                result.getPhase() == TrialPhase.TRIAL_PHASE_MEASURED || result.getPhase() == TrialPhase.TRIAL_PHASE_OUT;
        if (over && !result.equals(before)) {
            files.writeReport(body());
        }
    }

    private TrialReport body() {
        return TrialReport.newBuilder()
                .setDeviceId(identity.device().value())
                .setBootId(identity.boot().toByteString())
                .setTrialSequence(sequence)
                .addAllResults(results.values())
                .setRejected(rejected)
                .setLastRejection(lastRejection.length() > 500 ? lastRejection.substring(0, 500) : lastRejection)
                .build();
    }

    private void report() {
        TrialReport body = body();
        boolean nothing = sequence == 0 && rejected == 0;
        if (nothing || !link.connected() || body.equals(published)) {
            return;
        }
        published = body;
        link.trialed(body.toBuilder().setSequence(++reportSequence).build());
    }

    private void leave() {
        fetch.ifPresent(Fetch::close);
        fetch = Optional.empty();
        fetching = Optional.empty();
    }

    /** With nothing to measure, candidates only lie here for their chunks; a disk that runs short is worth more. */
    private void makeRoom() {
        if (slots.usableBytes() < KEEP_FREE * settings.diskReserveBytes()) {
            slots.models().forEach(model -> slots.collect(model, Set.of(), Set.of()));
        }
    }

    /** Trouble with the disk or a damaged file: once more, a little later. */
    private void guarded(Runnable action) {
        try {
            action.run();
        } catch (EdgewrightException e) {
            LOG.atWarn().addKeyValue("code", e.code().name()).log("trial waits: {}", e.getMessage());
            leave();
            candidates.stream()
                    .filter(c -> !done(c))
                    .findFirst()
                    .filter(c -> e.code().name().equals("SLOT_CORRUPT"))
                    .ifPresent(c -> slots.collect(c.model(), Set.of(), Set.of()));
            notBefore = time.monotonicMillis() + settings.silence().toMillis();
        }
    }

    private static String key(TrialResult result) {
        return result.getTrialId() + " " + Digest.ofBytes(result.getManifest()).hex();
    }

    private static String key(Candidate candidate) {
        return candidate.request().getTrialId() + " " + candidate.digest().hex();
    }
}
