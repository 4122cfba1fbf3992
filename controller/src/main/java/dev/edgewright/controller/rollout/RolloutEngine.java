package dev.edgewright.controller.rollout;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.RolloutId;
import dev.edgewright.common.signing.SigningKey;
import dev.edgewright.controller.catalog.CatalogService;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.DeviceQuery;
import dev.edgewright.controller.fleet.FleetChange;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.selection.SelectionService;
import dev.edgewright.controller.telemetry.Cohorts;
import dev.edgewright.controller.telemetry.TelemetryService;
import dev.edgewright.controller.transfer.Budgets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs rollouts: hears of devices, folds what they say, asks {@link RolloutDecider} what to do, persists it in one transaction,
 * and only then publishes. Level-based: {@link #reconcile} looks at what is, so that a kill at any point loses nothing.
 *
 * <p>One lock guards all of it; the runner that is given wakes it up for devices that said something, and {@link #tick()} for what
 * depends on time.
 */
public final class RolloutEngine implements RolloutService, Cohorts {

    private static final Logger LOG = LoggerFactory.getLogger(RolloutEngine.class);

    /** How often all devices are looked at for those that match by now, besides those that speak. */
    private static final Duration SCAN_EVERY = Duration.ofMinutes(1);

    private final FleetService fleet;
    private final RolloutStore store;
    private final RolloutPlanner planner;
    private final RolloutSteps steps;
    private final DesiredBook book;
    private final DesiredOutbox outbox;
    private final Reminders reminders;
    private final LateJoiners late;
    private final RolloutBudgets budgets;
    private final Leadership leadership;
    private boolean leads;
    private final Clock clock;
    private final ReportQueue reports;
    private final Supplier<RolloutId> ids;
    private final LiveRollouts live;
    private final RolloutRun run;
    private final List<RolloutListener> listeners = new CopyOnWriteArrayList<>();
    private Instant scanned = Instant.EPOCH;

    /**
     * @param runner takes what devices reported; one thread, or the caller's own in tests
     * @param leadership asked with every tick; only who leads decides
     */
    public RolloutEngine(
            FleetService fleet,
            CatalogService catalog,
            SelectionService selection,
            TelemetryService telemetry,
            RolloutStore store,
            SigningKey fleetKey,
            DesiredPublisher publisher,
            Clock clock,
            Executor runner,
            Supplier<RolloutId> ids,
            Leadership leadership) {
        this.leadership = leadership;
        this.live = new LiveRollouts(store);
        this.budgets = new RolloutBudgets(catalog);
        this.fleet = fleet;
        this.store = store;
        this.planner = new RolloutPlanner(fleet, catalog, selection);
        var readiness = new Readiness(
                fleet,
                device -> telemetry.latest(device).map(l -> l.batteryPercent()).orElse(0));
        var gates = new GateKeeper(new FleetMeasurements(fleet, telemetry, catalog));
        this.book = new DesiredBook(store.desired());
        this.steps = new RolloutSteps(
                fleet, catalog, gates, book, readiness, new ShadowSteps(fleet, catalog, telemetry, book, readiness));
        this.late = new LateJoiners(fleet, planner, store, book, live::ended);
        this.run = new RolloutRun(fleet, steps, gates, budgets);
        this.reminders = new Reminders(fleet);
        this.outbox = new DesiredOutbox(publisher, fleetKey);
        this.clock = clock;
        this.reports = new ReportQueue(runner, this::onReports);
        this.ids = ids;
        this.leads = leadership.renew();
        live.reload(leads);
        fleet.addListener(this::onFleetChange);
    }

    // ------------------------------------------------------------------ what people do

    @Override
    public synchronized RolloutDetail create(RolloutRequest request) {
        requireLead();
        var now = clock.instant();
        var plan = planner.plan(ids.get(), request, now);
        var overlaps = RolloutOverlaps.of(plan, live.all());
        overlaps.refuseUnlessHighest();
        overlaps.held().keySet().forEach(other -> step(other, draft -> overlaps.take(other, draft)));
        store.add(plan.rollout(), plan.targets(), plan.history());
        planner.record(plan);
        live.put(new LiveRollout(plan.rollout(), plan.targets(), plan.history().size()));
        tell(plan.rollout(), plan.history());
        LOG.atInfo()
                .addKeyValue("rollout", plan.rollout().id())
                .addKeyValue("model", request.model())
                .addKeyValue("devices", plan.targets().size())
                .log("rollout planned");
        reconcile(plan.rollout().id());
        return detail(plan.rollout().id());
    }

    @Override
    public synchronized RolloutDetail pause(RolloutId id, String who) {
        return operate(id, RolloutEvent.PAUSE, draft -> steps.move(draft, RolloutEvent.PAUSE, who, "paused by " + who));
    }

    @Override
    public synchronized RolloutDetail resume(RolloutId id, String who) {
        return operate(id, RolloutEvent.RESUME, draft -> steps.resume(draft, who));
    }

    @Override
    public synchronized RolloutDetail approve(RolloutId id, String who) {
        return operate(id, RolloutEvent.APPROVE, draft -> {
            int index = draft.rollout().currentWave();
            var wave = draft.rollout().waves().get(index).approved(who);
            draft.set(draft.rollout().withWave(wave, draft.now()));
            draft.note("approval", who, Wave.named(index) + " approved by " + who);
            steps.move(draft, RolloutEvent.APPROVE, who, "approved by " + who);
        });
    }

    @Override
    public synchronized RolloutDetail abort(RolloutId id, boolean revert, String who) {
        if (revert) {
            return operate(id, RolloutEvent.REVERT, draft -> {
                boolean beside = draft.rollout().state() == RolloutState.SHADOWING;
                steps.endShadows(draft);
                if (!beside && !RolloutSteps.canRevert(draft.targets())) {
                    throw EdgewrightException.caller(
                            "REVERT_NO_PREVIOUS",
                            "no device of rollout " + id + " had a variant of "
                                    + draft.rollout().request().model()
                                    + " before, so there is nothing to go back to; abort without revert");
                }
                steps.revert(draft, who, "reverted by " + who);
            });
        }
        return operate(id, RolloutEvent.ABORT, draft -> {
            steps.endShadows(draft);
            steps.stopWaves(draft);
            steps.move(draft, RolloutEvent.ABORT, who, "aborted by " + who);
        });
    }

    private RolloutDetail operate(RolloutId id, RolloutEvent event, Consumer<LiveRollout.Draft> change) {
        requireLead();
        var rollout = live.find(id)
                .or(() -> late.find(id))
                .orElseGet(() -> LiveRollout.load(store, store.find(id).orElseThrow(() -> notFound(id))));
        var state = rollout.rollout().state();
        if (RolloutTables.ROLLOUT.next(state, event).isEmpty()) {
            throw EdgewrightException.caller(
                    "ROLLOUT_STATE",
                    "rollout " + id + " is " + state + ", where " + event + " means nothing; possible: "
                            + RolloutTables.ROLLOUT.eventsFrom(state));
        }
        step(rollout, change);
        if (rollout.rollout().state().live()) {
            live.put(rollout);
            late.ended(rollout.rollout());
        }
        reconcile(id);
        return detail(id);
    }

    @Override
    public synchronized Optional<RolloutDetail> get(RolloutId id) {
        return live.find(id).or(() -> live.ended(id)).isPresent()
                ? Optional.of(detail(id))
                : store.find(id).map(r -> detail(id));
    }

    @Override
    public List<Rollout> list(int limit) {
        return store.list(limit);
    }

    private RolloutDetail detail(RolloutId id) {
        return live.find(id)
                .or(() -> late.loaded(id))
                .or(() -> live.ended(id))
                .map(known -> new RolloutDetail(known.rollout(), List.copyOf(known.targets()), store.history(id)))
                .orElseGet(() -> new RolloutDetail(
                        store.find(id).orElseThrow(() -> notFound(id)), store.targets(id), store.history(id)));
    }

    // ------------------------------------------------------------------ what devices say

    private void onFleetChange(Device device, FleetChange change) {
        if (change == FleetChange.REPORTED || change == FleetChange.HELLO || change == FleetChange.LABELS) {
            reports.add(device.id());
        }
    }

    private synchronized void onReports(List<DeviceId> devices) {
        if (!leads) {
            return;
        }
        takeIn(devices);
        for (LiveRollout rollout : going()) {
            var mine =
                    devices.stream().filter(d -> rollout.target(d).isPresent()).toList();
            if (!mine.isEmpty()) {
                reconcile(rollout, mine, false);
            }
        }
    }

    /** Live ones, and those that ended while a late device was on its way. */
    private List<LiveRollout> going() {
        var going = new ArrayList<>(live.all());
        going.addAll(late.underway());
        return going;
    }

    /** Lets devices join that match by now and did not when rollouts were planned. */
    private void takeIn(Collection<DeviceId> devices) {
        late.joining(live.all(), devices)
                .forEach((rollout, joins) -> step(rollout, draft -> steps.join(draft, joins, late)));
        late.catchingUp(live.all(), devices)
                .forEach((rollout, joins) -> step(rollout, draft -> steps.catchUp(draft, joins, late)));
    }

    private void scan() {
        var now = clock.instant();
        if (scanned.plus(SCAN_EVERY).isAfter(now)) {
            return;
        }
        scanned = now;
        takeIn(fleet.matching(DeviceQuery.all()).stream().map(Device::id).toList());
    }

    /** What depends on time: deadlines, windows, start times, gates; and what the broker or a device has not taken yet. */
    public synchronized void tick() {
        if (!lead()) {
            return;
        }
        scan();
        budgets.refresh(live.all());
        for (LiveRollout rollout : going()) {
            try {
                reconcile(
                        rollout, rollout.targets().stream().map(Target::device).toList(), true);
            } catch (RuntimeException e) {
                LOG.atError()
                        .addKeyValue("rollout", rollout.rollout().id())
                        .setCause(e)
                        .log("rollout could not be reconciled; tried again at the next tick");
            }
        }
        var confirmed = outbox.drainConfirmed();
        store.published(confirmed);
        confirmed.forEach(book::published);
        Predicate<DeviceId> working = device -> going().stream().anyMatch(rollout -> rollout.working(device));
        reminders.due(book.all(), working, clock.instant()).forEach(outbox::send);
    }

    /** Takes over from another controller, or lets go, as the lease says. */
    private boolean lead() {
        boolean before = leads;
        leads = leadership.renew();
        if (leads != before) {
            LOG.atInfo().addKeyValue("leads", leads).log("the lead over rollouts changed hands");
            live.reload(leads);
            book.reload(store.desired());
            late.reload();
        }
        return leads;
    }

    private void requireLead() {
        if (!leads) {
            throw EdgewrightException.transient_(
                    "NOT_LEADING",
                    "another controller decides about rollouts"
                            + leadership.holder().map(h -> " (" + h + ")").orElse("") + "; ask that one");
        }
    }

    /** Which blobs go out within the budget of a rollout, for who sends them. */
    public Budgets budgets() {
        return budgets;
    }

    /** @param held true while the budget of that rollout has no room; its devices are not taken for silent then */
    public void heldBy(Predicate<String> held) {
        budgets.heldBy(held);
    }

    /** Brings one rollout as far as it can go now. Safe at any time, any number of times. */
    public synchronized void reconcile(RolloutId id) {
        live.find(id)
                .ifPresent(rollout -> reconcile(
                        rollout, rollout.targets().stream().map(Target::device).toList(), true));
    }

    private void reconcile(LiveRollout rollout, List<DeviceId> devices, boolean withTime) {
        var changed = step(rollout, draft -> run.forward(rollout, draft, devices, withTime));
        if (!changed) {
            return;
        }
        if (!rollout.rollout().state().live() && live.end(rollout)) {
            late.ended(rollout.rollout());
            LOG.atInfo()
                    .addKeyValue("rollout", rollout.rollout().id())
                    .addKeyValue("state", rollout.rollout().state())
                    .log("rollout ended");
        }
    }

    /** Makes a change, persists it, then acts on it. Answers whether there was anything to persist. */
    private boolean step(LiveRollout rollout, Consumer<LiveRollout.Draft> change) {
        var draft = rollout.draft(clock.instant());
        change.accept(draft);
        if (draft.empty()) {
            return false;
        }
        fleet.persist(draft.settled());
        if (!draft.commit(store)) {
            live.readAgain(rollout.rollout().id());
            late.stale(rollout.rollout().id());
            store.desired().values().forEach(book::put);
            throw EdgewrightException.transient_(
                    "ROLLOUT_RACE",
                    "rollout " + rollout.rollout().id() + " was changed by another controller; try again");
        }
        draft.desired().forEach(book::put);
        tell(rollout.rollout(), draft.notes());
        // What the book has by now: a device that answered at once may have moved it on already.
        draft.desired().forEach(r -> book.find(r.device()).ifPresent(outbox::send));
        return true;
    }

    // ------------------------------------------------------------------ what others ask

    /** Hears of every line of history once it is persisted; must return at once. */
    public void addListener(RolloutListener listener) {
        listeners.add(listener);
    }

    private void tell(Rollout rollout, List<HistoryEntry> entries) {
        for (RolloutListener listener : listeners) {
            for (HistoryEntry entry : entries) {
                listener.onHistory(rollout, entry);
            }
        }
    }

    @Override
    public String cohort(DeviceId device, String model) {
        return live.cohort(device, model);
    }

    /** Reports about assignments that had ended already, since the start. */
    public long lateReports() {
        return run.lateReports();
    }

    @Override
    public long decisionsTaken() {
        return run.decisions();
    }

    private static EdgewrightException notFound(RolloutId id) {
        return EdgewrightException.caller("ROLLOUT_NOT_FOUND", "there is no rollout " + id);
    }
}
