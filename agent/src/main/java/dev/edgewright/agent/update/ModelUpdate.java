package dev.edgewright.agent.update;

import static dev.edgewright.common.update.UpdateEvent.CRASH_LOOP;
import static dev.edgewright.common.update.UpdateEvent.FETCHED;
import static dev.edgewright.common.update.UpdateEvent.GAVE_UP;
import static dev.edgewright.common.update.UpdateEvent.HEALTHY;
import static dev.edgewright.common.update.UpdateEvent.REFUSED;
import static dev.edgewright.common.update.UpdateEvent.REGRESSED;
import static dev.edgewright.common.update.UpdateEvent.REMOVED;
import static dev.edgewright.common.update.UpdateEvent.SETTLED;
import static dev.edgewright.common.update.UpdateEvent.UNHEALTHY;
import static dev.edgewright.common.update.UpdateEvent.VERIFIED;

import dev.edgewright.agent.health.LiveNumbers;
import dev.edgewright.agent.health.Watch;
import dev.edgewright.agent.health.WatchRules;
import dev.edgewright.agent.slot.HeldChunks;
import dev.edgewright.agent.slot.Slot;
import dev.edgewright.agent.slot.Staging;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.Limits;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.statemachine.History;
import dev.edgewright.common.statemachine.Move;
import dev.edgewright.common.update.UpdateEvent;
import dev.edgewright.common.update.UpdateLifecycle;
import dev.edgewright.common.update.UpdateState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Walks one model's assignment along {@link UpdateLifecycle#TABLE}.
 *
 * <p>{@link #advance()} may be called at any time, any number of times: it compares the record with what is there, acts,
 * writes the next record, and stops where it has to wait. Used by one thread.
 */
final class ModelUpdate {

    private static final Logger LOG = LoggerFactory.getLogger(ModelUpdate.class);

    private final Surroundings around;
    private final Serving serving;
    private final History<UpdateState, UpdateEvent> history = new History<>();
    private final long startedAt;
    private UpdateRecord record;
    private Optional<Manifest> manifest = Optional.empty();
    private Optional<Failure> refusal = Optional.empty();
    private Fetch fetch;
    private long watchingSince;
    private boolean tidy;

    ModelUpdate(ModelName model, Surroundings around) {
        this.around = around;
        this.serving = new Serving(model, around);
        this.startedAt = around.time().monotonicMillis();
        this.record = around.records()
                .load(model)
                .orElseGet(() -> UpdateRecord.idle(model, around.slots().active(model)));
    }

    UpdateRecord record() {
        return record;
    }

    /** What the record says after a start: counts a crash, then the restart is an event like any other. */
    void start() {
        boolean crashed = !record.cleanStop();
        int crashes = record.crashes() + (crashed && record.state() != UpdateState.IDLE ? 1 : 0);
        UpdateEvent event = UpdateLifecycle.onStart(record.state(), crashes);
        Optional<Failure> why = event == CRASH_LOOP
                ? Optional.of(new Failure(
                        "CRASH_LOOP", "the agent died " + crashes + " times in " + record.state() + " of this variant"))
                : Optional.empty();
        record = record.withCrashes(crashes, false);
        apply(new Happening(event, why));
        watchingSince = around.time().monotonicMillis();
    }

    /** The agent ends on purpose: the next start is no crash. */
    void stop() {
        leaveFetch();
        serving.discard();
        if (record.state() != UpdateState.IDLE) {
            save(record.withCrashes(record.crashes(), true));
        }
    }

    /**
     * Takes a newer assignment; the same one only lends its manifest, which a restart had forgotten.
     *
     * @return why it is not taken
     */
    Optional<Failure> offer(Offer offer) {
        int order = Long.compareUnsigned(offer.assignment().getSequence(), record.sequence());
        boolean same = order == 0 && offer.assignment().equals(record.assignment());
        if (same) {
            remember(offer);
            return Optional.empty();
        }
        if (order <= 0) {
            return Optional.of(new Failure(
                    "ASSIGNMENT_SEQUENCE_OLD",
                    record.model().value() + " has assignment "
                            + Long.toUnsignedString(record.sequence()) + " already, offered was "
                            + Long.toUnsignedString(offer.assignment().getSequence())));
        }
        leaveFetch();
        serving.discard();
        remember(offer);
        Assignment assignment = offer.assignment();
        long now = around.time().unixMillis();
        if (assignment.getRemove()) {
            Optional<UpdateState> idle = UpdateLifecycle.TABLE.next(record.state(), REMOVED);
            idle.ifPresent(state -> note(REMOVED, state));
            save(record.removed(assignment, now));
        } else {
            UpdateEvent event = UpdateLifecycle.offer(record.state());
            note(event, UpdateLifecycle.TABLE.require(record.state(), event, history));
            save(record.offered(assignment, offer.target(), now));
        }
        tidy = false;
        return Optional.empty();
    }

    /** True when the chunk was one that this model waits for. */
    boolean chunk(Digest blob, int index, byte[] frame) {
        if (fetch == null) {
            return false;
        }
        try {
            boolean taken = fetch.chunk(blob, index, frame, around.time().monotonicMillis());
            if (taken && record.crashes() > 0) {
                save(record.withCrashes(0, false));
            }
            return taken;
        } catch (EdgewrightException e) {
            giveUp(Failure.of(e));
            return false;
        }
    }

    void connected() {
        if (fetch != null) {
            fetch.connected();
        }
    }

    /** Goes on as far as possible without waiting for anything from outside. */
    void advance() {
        for (Optional<Happening> next = act(); next.isPresent(); next = act()) {
            apply(next.get());
        }
    }

    /** Bytes of the fetch as they are this moment. */
    UpdateRecord.Bytes bytes() {
        return fetch == null ? record.bytes() : fetch.bytes();
    }

    private Optional<Happening> act() {
        Optional<Happening> unserved = serve();
        if (unserved.isPresent()) {
            return unserved;
        }
        return switch (record.state()) {
            case FETCHING -> fetch();
            case VERIFYING -> Optional.of(verify());
            case PROBING -> Optional.of(probe());
            case WATCHING -> watch();
            case COMMITTED -> {
                forgetOldCrashes();
                yield rest();
            }
            case IDLE, FAILED, ROLLED_BACK -> rest();
        };
    }

    /** Lets what should serve, serve. A variant that no longer loads is left for the one before it. */
    private Optional<Happening> serve() {
        try {
            serving.bring(record.serving());
            return Optional.empty();
        } catch (EdgewrightException e) {
            LOG.atWarn()
                    .addKeyValue("model", record.model().value())
                    .addKeyValue("code", e.code().name())
                    .log("variant cannot serve: {}", e.getMessage());
            boolean diskOnly = e.code().name().startsWith("DISK_");
            if (diskOnly && record.state() != UpdateState.WATCHING) {
                throw e;
            }
            if (UpdateLifecycle.TABLE.next(record.state(), UNHEALTHY).isPresent()
                    && record.serving().equals(record.target())) {
                return Optional.of(Happening.of(UNHEALTHY, Failure.of(e)));
            }
            return fallBack();
        }
    }

    /** The base itself is broken: the next best variant that loads becomes the base. Empty as nothing happened to the assignment. */
    private Optional<Happening> fallBack() {
        List<Optional<Digest>> candidates = new ArrayList<>();
        candidates.add(record.previous());
        around.slots().held(record.model()).forEach(slot -> candidates.add(Optional.of(slot.manifest())));
        for (Optional<Digest> candidate : candidates) {
            if (candidate.isEmpty() || candidate.equals(record.base()) || candidate.equals(record.target())) {
                continue;
            }
            try {
                serving.bring(candidate);
                save(record.withBase(candidate, Optional.empty()));
                return Optional.empty();
            } catch (EdgewrightException e) {
                if (e.code().name().startsWith("DISK_")) {
                    throw e;
                }
                LOG.atWarn()
                        .addKeyValue("model", record.model().value())
                        .log("neither can {}: {}", candidate.get().shortHex(), e.getMessage());
            }
        }
        LOG.atError()
                .addKeyValue("model", record.model().value())
                .log("no variant on this device can serve; assign the model anew");
        serving.bring(Optional.empty());
        save(record.withBase(Optional.empty(), Optional.empty()));
        return Optional.empty();
    }

    private Optional<Happening> fetch() {
        Assignment assignment = record.assignment();
        long deadline = assignment.getDeadlineUnixMs();
        if (deadline != 0 && around.time().unixMillis() > deadline) {
            return Optional.of(Happening.of(
                    GAVE_UP, new Failure("DEADLINE", "the files were not here when the assignment's deadline passed")));
        }
        if (refusal.isPresent()) {
            return Optional.of(Happening.of(GAVE_UP, refusal.get()));
        }
        if (manifest.isEmpty()) {
            return Optional.empty();
        }
        try {
            if (fetch == null) {
                if (heldWhole()) {
                    return Optional.of(Happening.of(FETCHED));
                }
                fetch = openFetch(manifest.get());
            }
            boolean done = fetch.advance(around.time().monotonicMillis());
            if (fetch.failure().isPresent()) {
                return Optional.of(Happening.of(GAVE_UP, fetch.failure().get()));
            }
            if (!done) {
                return Optional.empty();
            }
            record = record.withBytes(fetch.bytes());
            return Optional.of(Happening.of(FETCHED));
        } catch (EdgewrightException e) {
            return Optional.of(Happening.of(GAVE_UP, Failure.of(e)));
        }
    }

    private boolean heldWhole() {
        Digest target = record.target().orElseThrow();
        Optional<Slot> slot = around.slots().slot(record.model(), target);
        if (slot.isEmpty()) {
            return false;
        }
        try {
            slot.get().verify();
            long size = manifest.get().getGraph().getSize()
                    + manifest.get().getGolden().getSize();
            record = record.withBytes(new UpdateRecord.Bytes(size, size, size));
            return true;
        } catch (EdgewrightException e) {
            LOG.atWarn()
                    .addKeyValue("model", record.model().value())
                    .log("slot no longer good, fetching it again: {}", e.getMessage());
            around.slots().discard(slot.get());
            return false;
        }
    }

    private Fetch openFetch(Manifest wanted) {
        Digest target = record.target().orElseThrow();
        makeRoom(wanted);
        around.slots().collect(record.model(), keptSlots(true), Set.of(target));
        Staging staging = around.slots().stage(record.model(), target);
        staging.writeManifest(record.assignment().getManifest());
        HeldChunks held = HeldChunks.of(around.slots().held());
        return new Fetch(
                around.device(),
                wanted,
                staging,
                held,
                around.slots(),
                around.link(),
                around.settings(),
                around.random());
    }

    /** Where the disk is short, the variant before the last goes first. */
    private void makeRoom(Manifest wanted) {
        long size = wanted.getGraph().getSize() + wanted.getGolden().getSize();
        if (record.previous().isPresent()
                && size + around.settings().diskReserveBytes() > around.slots().usableBytes()) {
            save(record.withBase(record.base(), Optional.empty()));
        }
    }

    private Happening verify() {
        Digest target = record.target().orElseThrow();
        try {
            Optional<Slot> slot = around.slots().slot(record.model(), target);
            if (slot.isEmpty()) {
                Staging staging = around.slots().stage(record.model(), target);
                staging.slot().verify();
                leaveFetch();
                slot = Optional.of(around.slots().admit(staging));
            } else {
                slot.get().verify();
            }
            Optional<Failure> unfit = around.runtime().unfit(slot.get().readManifest());
            return unfit.map(failure -> Happening.of(REFUSED, failure)).orElseGet(() -> Happening.of(VERIFIED));
        } catch (EdgewrightException e) {
            leaveFetch();
            return Happening.of(REFUSED, Failure.of(e));
        }
    }

    private Happening probe() {
        Digest target = record.target().orElseThrow();
        if (record.serving().equals(record.target())) {
            return Happening.of(HEALTHY);
        }
        try {
            Slot slot = around.slots().slot(record.model(), target).orElseThrow();
            Manifest promised = slot.readManifest();
            Limits limits = record.assignment().getRevert()
                    ? Limits.getDefaultInstance()
                    : record.assignment().getLimits();
            Runtime.Probed probed = serving.prepare(target).probe(slot.readGolden(), promised.getTolerance(), limits);
            LiveNumbers before = record.base().isPresent() ? around.runtime().live(record.model()) : LiveNumbers.NONE;
            record = record.withProbe(Optional.of(probed.result()), before);
            if (probed.failure().isPresent()) {
                serving.discard();
                return Happening.of(UNHEALTHY, probed.failure().get());
            }
            return Happening.of(HEALTHY);
        } catch (EdgewrightException e) {
            serving.discard();
            return Happening.of(UNHEALTHY, Failure.of(e));
        } catch (RuntimeException e) {
            serving.discard();
            return Happening.of(UNHEALTHY, new Failure("PROBE_FAILED", e.toString()));
        }
    }

    private Optional<Happening> watch() {
        Assignment assignment = record.assignment();
        if (assignment.getRevert()) {
            return Optional.of(Happening.of(SETTLED));
        }
        Limits limits = assignment.getLimits();
        WatchRules rules = new WatchRules(
                Duration.ofSeconds(assignment.getWatchSeconds()),
                assignment.getWatchMinRequests(),
                limits.getMaxErrorRatio(),
                limits.getMaxP95Ms(),
                limits.getMaxSlowdown(),
                limits.getMaxJoulesPerInference());
        Duration watched = Duration.ofMillis(around.time().monotonicMillis() - watchingSince);
        Watch.Verdict verdict = Watch.judge(rules, around.runtime().live(record.model()), record.before(), watched);
        if (verdict instanceof Watch.Regressed bad) {
            return Optional.of(Happening.of(REGRESSED, new Failure(bad.code(), bad.message())));
        }
        return verdict instanceof Watch.Settled ? Optional.of(Happening.of(SETTLED)) : Optional.empty();
    }

    /** Nothing is in motion: what nobody needs goes, once. */
    private Optional<Happening> rest() {
        if (!tidy) {
            boolean keepChunks =
                    record.state() == UpdateState.FAILED && record.target().isPresent();
            around.slots()
                    .collect(
                            record.model(),
                            keptSlots(false),
                            keepChunks ? Set.of(record.target().get()) : Set.of());
            tidy = true;
        }
        return Optional.empty();
    }

    private Set<Digest> keptSlots(boolean withTarget) {
        Set<Digest> kept = new HashSet<>();
        record.serving().ifPresent(kept::add);
        record.fallback().ifPresent(kept::add);
        if (withTarget) {
            record.target().ifPresent(kept::add);
        }
        return kept;
    }

    private void forgetOldCrashes() {
        long up = around.time().monotonicMillis() - startedAt;
        if (record.crashes() > 0 && up > around.settings().stableAfter().toMillis()) {
            save(record.withCrashes(0, false));
        }
    }

    private void giveUp(Failure why) {
        if (record.state() == UpdateState.FETCHING) {
            apply(Happening.of(GAVE_UP, why));
        }
    }

    /** Writes the next record; only what is on disk is acted on. */
    private void apply(Happening happening) {
        UpdateState next = UpdateLifecycle.TABLE.require(record.state(), happening.event(), history);
        boolean noRoom =
                happening.why().filter(why -> why.code().equals("DISK_FULL")).isPresent();
        if (next != UpdateState.FETCHING && next != UpdateState.VERIFYING) {
            record = record.withBytes(bytes());
            leaveFetch();
        }
        if (noRoom && !next.inMotion()) {
            // Half a variant is worth less than room for the record that says so.
            around.slots().collect(record.model(), keptSlots(false), Set.of());
        }
        UpdateState from = record.state();
        save(record.moved(next, around.time().unixMillis(), happening.why()));
        note(from, happening.event(), next);
        watchingSince = around.time().monotonicMillis();
        tidy = false;
    }

    private void note(UpdateEvent event, UpdateState next) {
        note(record.state(), event, next);
    }

    private void note(UpdateState from, UpdateEvent event, UpdateState next) {
        history.add(new Move<>(from, event, next));
        LOG.atInfo()
                .addKeyValue("model", record.model().value())
                .addKeyValue("from", from)
                .addKeyValue("event", event)
                .addKeyValue("to", next)
                .addKeyValue("code", record.failure().map(Failure::code).orElse(""))
                .log("update moved");
    }

    private void save(UpdateRecord next) {
        around.records().save(next);
        record = next;
    }

    private void remember(Offer offer) {
        manifest = offer.manifest();
        refusal = offer.refusal();
    }

    private void leaveFetch() {
        if (fetch != null) {
            fetch.close();
            fetch = null;
        }
    }
}
