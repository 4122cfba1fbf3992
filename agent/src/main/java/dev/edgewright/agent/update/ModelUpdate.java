package dev.edgewright.agent.update;

import static dev.edgewright.common.update.UpdateEvent.CRASH_LOOP;
import static dev.edgewright.common.update.UpdateEvent.GAVE_UP;
import static dev.edgewright.common.update.UpdateEvent.REMOVED;
import static dev.edgewright.common.update.UpdateEvent.UNHEALTHY;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.statemachine.History;
import dev.edgewright.common.statemachine.Move;
import dev.edgewright.common.update.UpdateEvent;
import dev.edgewright.common.update.UpdateLifecycle;
import dev.edgewright.common.update.UpdateState;
import java.time.Duration;
import java.util.ArrayList;
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
    private final Acquisition acquisition;
    private final Trial trial;
    private final History<UpdateState, UpdateEvent> history = new History<>();
    private final long startedAt;
    private UpdateRecord record;
    private long watchingSince;
    private boolean tidy;

    ModelUpdate(ModelName model, Surroundings around) {
        this.around = around;
        this.serving = new Serving(model, around);
        this.acquisition = new Acquisition(model, around);
        this.trial = new Trial(model, around, serving);
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
        acquisition.leave();
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
            acquisition.remember(offer);
            return Optional.empty();
        }
        if (order <= 0) {
            return Optional.of(new Failure(
                    "ASSIGNMENT_SEQUENCE_OLD",
                    record.model().value() + " has assignment "
                            + Long.toUnsignedString(record.sequence()) + " already, offered was "
                            + Long.toUnsignedString(offer.assignment().getSequence())));
        }
        acquisition.reset();
        serving.discard();
        acquisition.remember(offer);
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
        try {
            boolean taken = acquisition.chunk(blob, index, frame);
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
        acquisition.connected();
    }

    /** Goes on as far as possible without waiting for anything from outside. */
    void advance() {
        for (Optional<Happening> next = act(); next.isPresent(); next = act()) {
            apply(next.get());
        }
    }

    /** Bytes of the fetch as they are this moment. */
    UpdateRecord.Bytes bytes() {
        return acquisition.bytes(record);
    }

    private Optional<Happening> act() {
        Optional<Happening> unserved = serve();
        if (unserved.isPresent()) {
            return unserved;
        }
        return switch (record.state()) {
            case FETCHING -> fetch();
            case VERIFYING -> Optional.of(acquisition.verify(record));
            case PROBING -> Optional.of(probe());
            case WATCHING -> trial.watch(record, Duration.ofMillis(around.time().monotonicMillis() - watchingSince));
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
            fallBack();
            return Optional.empty();
        }
    }

    /** The base itself is broken: the next best variant that loads becomes the base. Nothing happened to the assignment. */
    private void fallBack() {
        List<Digest> candidates = new ArrayList<>();
        record.previous().ifPresent(candidates::add);
        around.slots().held(record.model()).forEach(slot -> candidates.add(slot.manifest()));
        record.base().ifPresent(candidates::remove);
        record.target().ifPresent(candidates::remove);
        Optional<Digest> found = serving.bringFirst(candidates);
        if (found.isEmpty()) {
            LOG.atError()
                    .addKeyValue("model", record.model().value())
                    .log("no variant on this device can serve; assign the model anew");
        }
        save(record.withBase(found, Optional.empty()));
    }

    private Optional<Happening> fetch() {
        if (record.previous().isPresent() && acquisition.needsRoom()) {
            save(record.withBase(record.base(), Optional.empty()));
        }
        return acquisition.fetch(record);
    }

    private Happening probe() {
        Trial.Probing probing = trial.probe(record);
        record = probing.record();
        return probing.happening();
    }

    /** Nothing is in motion: what nobody needs goes, once. */
    private Optional<Happening> rest() {
        if (!tidy) {
            boolean keepChunks =
                    record.state() == UpdateState.FAILED && record.target().isPresent();
            around.slots()
                    .collect(
                            record.model(),
                            record.kept(),
                            keepChunks ? Set.of(record.target().get()) : Set.of());
            tidy = true;
        }
        return Optional.empty();
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
            acquisition.leave();
        }
        if (noRoom && !next.inMotion()) {
            // Half a variant is worth less than room for the record that says so.
            around.slots().collect(record.model(), record.kept(), Set.of());
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
}
