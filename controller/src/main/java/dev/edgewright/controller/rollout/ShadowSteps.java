package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.LifecycleState;
import dev.edgewright.common.protocol.v1.ShadowAssignment;
import dev.edgewright.common.protocol.v1.ShadowReport;
import dev.edgewright.common.telemetry.LatencySketch;
import dev.edgewright.controller.catalog.CatalogService;
import dev.edgewright.controller.fleet.DeviceCondition;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.telemetry.DeviceSummary;
import dev.edgewright.controller.telemetry.ShadowUsage;
import dev.edgewright.controller.telemetry.TelemetryService;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Begins and ends what runs beside, and gathers what came of it. Level-based: who runs beside is what the desired states say. */
final class ShadowSteps {

    private final FleetService fleet;
    private final CatalogService catalog;
    private final TelemetryService telemetry;
    private final DesiredBook book;
    private final Readiness readiness;

    ShadowSteps(
            FleetService fleet,
            CatalogService catalog,
            TelemetryService telemetry,
            DesiredBook book,
            Readiness readiness) {
        this.fleet = fleet;
        this.catalog = catalog;
        this.telemetry = telemetry;
        this.book = book;
        this.readiness = readiness;
    }

    ShadowFacts facts(LiveRollout.Draft draft) {
        var rollout = draft.rollout();
        boolean asked = rollout.request().terms().shadow().isPresent();
        if (!asked || rollout.state() != RolloutState.SCHEDULED && rollout.state() != RolloutState.SHADOWING) {
            return ShadowFacts.NONE;
        }
        int able = 0;
        int running = 0;
        Optional<String> failure = Optional.empty();
        Instant began = draft.now();
        var sum = new Sum();
        for (Target target : draft.targets()) {
            if (target.wave() != 0 || target.state() != TargetState.PLANNED) {
                continue;
            }
            able += able(rollout, target, draft.now()) ? 1 : 0;
            if (!runs(draft, target.device(), rollout)) {
                continue;
            }
            running++;
            began = target.since().isBefore(began) ? target.since() : began;
            failure = failure.or(() -> failure(rollout, target));
            sum.add(rollout, target);
        }
        return new ShadowFacts(
                able,
                running,
                failure,
                Duration.between(began, draft.now()),
                sum.compared,
                sum.agreed,
                sum.errors,
                sum.dropped,
                sum.cost());
    }

    private boolean able(Rollout rollout, Target target, Instant now) {
        var model = rollout.request().model().value();
        return fleet.get(target.device())
                        .flatMap(d -> TargetFold.active(d.report(model)))
                        .filter(active -> !target.manifest().equals(Optional.of(active)))
                        .isPresent()
                && readiness.postponed(rollout, target.device(), now).isEmpty();
    }

    private boolean runs(LiveRollout.Draft draft, DeviceId device, Rollout rollout) {
        return draft.desired(device)
                .or(() -> book.find(device))
                .filter(r -> r.state().getShadowsList().stream()
                        .anyMatch(s -> s.getRolloutId().equals(rollout.id().value())))
                .isPresent();
    }

    private Optional<ShadowReport> report(Rollout rollout, Target target) {
        return fleet.get(target.device()).stream()
                .flatMap(d -> d.reported().getShadowsList().stream())
                .filter(r -> r.getRolloutId().equals(rollout.id().value())
                        && r.getManifest()
                                .equals(target.manifest().orElseThrow().toByteString()))
                .findFirst();
    }

    private Optional<String> failure(Rollout rollout, Target target) {
        return report(rollout, target)
                .filter(r -> r.getState() == LifecycleState.LIFECYCLE_STATE_FAILED)
                .map(r -> target.device() + " says " + r.getError().getCode() + ": "
                        + r.getError().getMessage());
    }

    /** Tells the devices of the first wave that can. */
    void begin(LiveRollout.Draft draft) {
        var rollout = draft.rollout();
        var stage = rollout.request().terms().shadow().orElseThrow();
        for (Target target : List.copyOf(draft.targets())) {
            if (target.wave() != 0 || target.state() != TargetState.PLANNED || !able(rollout, target, draft.now())) {
                continue;
            }
            var variant = catalog.variant(target.manifest().orElseThrow())
                    .orElseThrow(() -> new IllegalStateException("variant " + target.variant() + " is gone"));
            var shadow = ShadowAssignment.newBuilder()
                    .setModel(rollout.request().model().value())
                    .setRolloutId(rollout.id().value())
                    .setManifest(variant.signed())
                    .setSample(stage.sample());
            var last = draft.desired(target.device()).or(() -> book.find(target.device()));
            draft.put(DesiredBook.shadowed(target.device(), last, Optional.of(shadow), "", seen(target), draft.now()));
            draft.put(target.in(TargetState.PLANNED, draft.now(), Optional.empty()));
        }
    }

    /**
     * What a device is told to answer requests with as well once it serves the new variant: the one before, so that their answers can be
     * compared. Empty where no agreement is asked for, behind the first wave, and on a device that is spared.
     *
     * @param before that the device serves until then
     */
    Optional<ShadowAssignment.Builder> previous(Rollout rollout, Target target, Digest before) {
        var gates = rollout.request().gates();
        boolean asked = gates.minAgreement().isPresent() && gates.liveSample() > 0;
        if (!asked || target.wave() != 0 || target.manifest().equals(Optional.of(before)) || spared(target.device())) {
            return Optional.empty();
        }
        return catalog.variant(before)
                .map(variant -> ShadowAssignment.newBuilder()
                        .setModel(rollout.request().model().value())
                        .setRolloutId(rollout.id().value())
                        .setManifest(variant.signed())
                        .setSample(gates.liveSample()));
    }

    /** After a halt, which ended it: the variant before runs beside again on the devices of the first wave, while that wave goes on. */
    void again(LiveRollout.Draft draft) {
        var rollout = draft.rollout();
        var wave = rollout.waves().get(0);
        boolean soaked = wave.settledAt()
                .filter(at ->
                        !draft.now().isBefore(at.plus(rollout.request().pace().soak())))
                .isPresent();
        if (wave.state() != WaveState.RUNNING && wave.state() != WaveState.SOAKING || soaked) {
            return;
        }
        for (Target target : List.copyOf(draft.targets())) {
            boolean has = target.state().inFlight() || target.state() == TargetState.COMMITTED;
            if (target.wave() != 0 || !has || runs(draft, target.device(), rollout)) {
                continue;
            }
            var shadow = target.previous().flatMap(before -> previous(rollout, target, before));
            if (shadow.isPresent()) {
                var last = draft.desired(target.device()).or(() -> book.find(target.device()));
                draft.put(DesiredBook.shadowed(target.device(), last, shadow, "", seen(target), draft.now()));
            }
        }
    }

    /** On battery or hot: two runs for one answer are too many there. */
    private boolean spared(DeviceId device) {
        double celsius =
                telemetry.latest(device).map(DeviceSummary::temperatureCelsius).orElse(0.0);
        var conditions = fleet.get(device).map(d -> DeviceCondition.of(d, celsius));
        return conditions.isEmpty()
                || conditions.get().contains(DeviceCondition.ON_BATTERY)
                || conditions.get().contains(DeviceCondition.HOT);
    }

    /** Ends what runs beside for this rollout, wherever it does. */
    void end(LiveRollout.Draft draft) {
        var rollout = draft.rollout();
        if (rollout.request().terms().shadow().isEmpty()
                && rollout.request().gates().minAgreement().isEmpty()) {
            return;
        }
        for (Target target : List.copyOf(draft.targets())) {
            if (target.wave() == 0 && runs(draft, target.device(), rollout)) {
                var last = draft.desired(target.device()).or(() -> book.find(target.device()));
                draft.put(DesiredBook.shadowed(
                        target.device(),
                        last,
                        Optional.empty(),
                        rollout.request().model().value(),
                        seen(target),
                        draft.now()));
            }
        }
    }

    private long seen(Target target) {
        return fleet.get(target.device())
                .map(d -> Math.max(
                        d.hello().getHighestDesiredSequence(), d.reported().getDesiredSequence()))
                .orElse(0L);
    }

    /** Over the devices. */
    private final class Sum {
        private long compared;
        private long agreed;
        private long errors;
        private long dropped;
        private double joules;
        private long memory;
        private final LatencySketch shadow = new LatencySketch();
        private final LatencySketch active = new LatencySketch();

        void add(Rollout rollout, Target target) {
            var manifest = target.manifest().orElseThrow();
            Optional<ShadowUsage> usage =
                    telemetry.shadow(target.device(), rollout.request().model(), manifest);
            usage.ifPresent(u -> {
                compared += u.compared();
                agreed += u.agreed();
                errors += u.errors();
                dropped += u.dropped();
                joules += u.joules();
                shadow.merge(u.latency());
                active.merge(u.activeLatency());
            });
            memory = Math.max(
                    memory,
                    report(rollout, target).map(ShadowReport::getMemoryBytes).orElse(0L));
        }

        String cost() {
            if (shadow.count() == 0) {
                return "";
            }
            return String.format(
                    Locale.ROOT,
                    "p95 %.2f ms beside %.2f ms%s%s",
                    1000 * shadow.quantile(0.95),
                    1000 * active.quantile(0.95),
                    joules > 0 ? String.format(Locale.ROOT, ", %.2f mJ each", 1000 * joules / compared) : "",
                    memory > 0 ? String.format(Locale.ROOT, ", %.1f MiB", memory / 1048576.0) : "");
        }
    }
}
