package dev.edgewright.agent.update;

import static dev.edgewright.common.update.UpdateEvent.HEALTHY;
import static dev.edgewright.common.update.UpdateEvent.REGRESSED;
import static dev.edgewright.common.update.UpdateEvent.SETTLED;
import static dev.edgewright.common.update.UpdateEvent.UNHEALTHY;

import dev.edgewright.agent.health.LiveNumbers;
import dev.edgewright.agent.health.Watch;
import dev.edgewright.agent.health.WatchRules;
import dev.edgewright.agent.slot.Slot;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.Limits;
import java.time.Duration;
import java.util.Optional;

/** The second half of an update: whether the variant is good, first beside the serving one, then in its place. */
final class Trial {

    /** What probing found, and the record with what it measured. */
    record Probing(UpdateRecord record, Happening happening) {}

    private final ModelName model;
    private final Surroundings around;
    private final Serving serving;

    Trial(ModelName model, Surroundings around, Serving serving) {
        this.model = model;
        this.around = around;
        this.serving = serving;
    }

    /** State PROBING. What is healthy stays loaded, ready to be switched to. */
    Probing probe(UpdateRecord record) {
        if (record.serving().equals(record.target())) {
            return new Probing(record, Happening.of(HEALTHY));
        }
        try {
            Slot slot = around.slots()
                    .slot(model, record.target().orElseThrow())
                    .orElseThrow(() -> EdgewrightException.resource("SLOT_MISSING", "the verified slot is gone"));
            Limits limits = record.assignment().getRevert()
                    ? Limits.getDefaultInstance()
                    : record.assignment().getLimits();
            Runtime.Probed probed = serving.prepare(slot.manifest())
                    .probe(slot.readGolden(), slot.readManifest().getTolerance(), limits);
            LiveNumbers before = record.base().isPresent() ? around.runtime().live(model) : LiveNumbers.NONE;
            UpdateRecord measured = record.withProbe(Optional.of(probed.result()), before);
            return probed.failure()
                    .map(failure -> unhealthy(measured, failure))
                    .orElseGet(() -> new Probing(measured, Happening.of(HEALTHY)));
        } catch (EdgewrightException e) {
            return unhealthy(record, Failure.of(e));
        } catch (RuntimeException e) {
            return unhealthy(record, new Failure("PROBE_FAILED", e.toString()));
        }
    }

    /** State WATCHING; empty while it is too early to say. */
    Optional<Happening> watch(UpdateRecord record, Duration watched) {
        Assignment assignment = record.assignment();
        if (assignment.getRevert()) {
            return Optional.of(Happening.of(SETTLED));
        }
        Watch.Verdict verdict = Watch.judge(rules(assignment), around.runtime().live(model), record.before(), watched);
        if (verdict instanceof Watch.Regressed bad) {
            return Optional.of(Happening.of(REGRESSED, new Failure(bad.code(), bad.message())));
        }
        return verdict instanceof Watch.Settled ? Optional.of(Happening.of(SETTLED)) : Optional.empty();
    }

    private Probing unhealthy(UpdateRecord record, Failure why) {
        serving.discard();
        return new Probing(record, Happening.of(UNHEALTHY, why));
    }

    private static WatchRules rules(Assignment assignment) {
        Limits limits = assignment.getLimits();
        return new WatchRules(
                Duration.ofSeconds(assignment.getWatchSeconds()),
                assignment.getWatchMinRequests(),
                limits.getMaxErrorRatio(),
                limits.getMaxP95Ms(),
                limits.getMaxSlowdown(),
                limits.getMaxJoulesPerInference());
    }
}
