package dev.edgewright.controller.trial;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.protocol.v1.TrialCandidate;
import dev.edgewright.common.protocol.v1.TrialPhase;
import dev.edgewright.common.protocol.v1.TrialReport;
import dev.edgewright.common.protocol.v1.TrialRequest;
import dev.edgewright.common.protocol.v1.TrialResult;
import dev.edgewright.common.protocol.v1.TrialState;
import dev.edgewright.common.signing.Contexts;
import dev.edgewright.common.signing.SigningKey;
import dev.edgewright.controller.catalog.CatalogService;
import dev.edgewright.controller.fleet.FleetChange;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.selection.FleetKnowledge;
import dev.edgewright.controller.selection.Requirement;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs trials: persists what devices are to measure, publishes it, takes what they report into what is known of their class, and
 * asks {@link TrialDecider} what to do. Level-based: {@link #tick()} looks at what is, so that a kill at any point loses nothing; a
 * device measures a round once, however often it is asked.
 */
public final class TrialEngine implements TrialService, TrialReports {

    private static final Logger LOG = LoggerFactory.getLogger(TrialEngine.class);
    private static final long AGAIN_SECONDS = 15;

    private final FleetService fleet;
    private final CatalogService catalog;
    private final FleetKnowledge knowledge;
    private final TrialPlanner planner;
    private final TrialStore store;
    private final SigningKey fleetKey;
    private final TrialPublisher publisher;
    private final Clock clock;
    private final Supplier<String> ids;

    private final Map<String, Trial> live = new LinkedHashMap<>();
    private final Map<DeviceId, TrialState> asked = new HashMap<>();
    private final Map<DeviceId, TrialReport> reports = new ConcurrentHashMap<>();
    private final Map<DeviceId, Instant> publishedAt = new HashMap<>();
    private final ConcurrentLinkedQueue<Map.Entry<DeviceId, TrialReport>> arrived = new ConcurrentLinkedQueue<>();

    public TrialEngine(
            FleetService fleet,
            CatalogService catalog,
            FleetKnowledge knowledge,
            TrialPlanner planner,
            TrialStore store,
            SigningKey fleetKey,
            TrialPublisher publisher,
            Clock clock,
            Supplier<String> ids) {
        this.fleet = fleet;
        this.catalog = catalog;
        this.knowledge = knowledge;
        this.planner = planner;
        this.store = store;
        this.fleetKey = fleetKey;
        this.publisher = publisher;
        this.clock = clock;
        this.ids = ids;
        reload();
        fleet.addListener((device, change) -> {
            if (change == FleetChange.REMOVED) {
                reports.remove(device.id());
            }
        });
    }

    /** Begins with what is written down; another controller on the same database may have gone on with it. */
    public synchronized void reload() {
        live.clear();
        store.live().forEach(trial -> live.put(trial.id(), trial));
        asked.clear();
        asked.putAll(store.asked());
        store.reports().forEach(reports::put);
    }

    @Override
    public Plan plan(ModelName model, String version, String deviceClass, Requirement requirement, TrialPolicy policy) {
        var drafted = planner.draft(model, version, deviceClass, requirement, policy);
        return new Plan(
                drafted.devices().stream().map(DeviceId::value).toList(),
                drafted.candidates().stream()
                        .map(d -> catalog.variant(d).map(v -> v.name()).orElse(d.shortHex()))
                        .toList(),
                drafted.why());
    }

    @Override
    public synchronized Started start(
            ModelName model, String version, String deviceClass, Requirement requirement, TrialPolicy policy) {
        var same = live.values().stream()
                .filter(t -> t.model().equals(model)
                        && t.version().equals(version)
                        && t.deviceClass().equals(deviceClass)
                        && t.requirement().equals(requirement))
                .findFirst();
        if (same.isPresent()) {
            return new Started(same, "it runs already");
        }
        var draft = planner.draft(model, version, deviceClass, requirement, policy);
        var free = draft.devices().stream()
                .filter(d -> live.values().stream()
                        .noneMatch(t -> t.model().equals(model) && t.devices().contains(d)))
                .toList();
        if (free.isEmpty() || draft.candidates().size() < 2) {
            return new Started(
                    Optional.empty(),
                    free.isEmpty() && !draft.devices().isEmpty()
                            ? "the devices of the class are in another trial of the model"
                            : draft.why());
        }
        Instant now = clock.instant();
        var trial = new Trial(
                ids.get(),
                model,
                version,
                deviceClass,
                requirement,
                policy,
                free,
                1,
                draft.candidates(),
                Set.of(),
                Trial.State.RUNNING,
                List.of(draft.why()),
                0,
                now,
                now.plus(policy.patience()));
        live.put(trial.id(), trial);
        commit(List.of(trial));
        LOG.atInfo()
                .addKeyValue("trial", trial.id())
                .addKeyValue("model", model)
                .addKeyValue("class", deviceClass)
                .log(draft.why());
        return new Started(Optional.of(trial), draft.why());
    }

    @Override
    public synchronized Optional<Trial> get(String id) {
        return Optional.ofNullable(live.get(id)).or(() -> store.find(id));
    }

    @Override
    public List<Trial> list(int limit) {
        return store.list(limit);
    }

    /** What a device is to measure, signed, for those who read it themselves; empty when it was never asked. */
    public synchronized Optional<Signed> wanted(DeviceId device) {
        return Optional.ofNullable(asked.get(device)).map(state -> fleetKey.sign(Contexts.TRIAL, state.toByteArray()));
    }

    @Override
    public void onTrialed(DeviceId device, TrialReport report) {
        arrived.add(Map.entry(device, report));
    }

    /** Takes what arrived, decides, and asks again who has not heard. */
    public synchronized void tick() {
        for (var letter = arrived.poll(); letter != null; letter = arrived.poll()) {
            take(letter.getKey(), letter.getValue());
        }
        for (Trial trial : List.copyOf(live.values())) {
            decide(trial);
        }
        publishUnheard();
    }

    private void take(DeviceId device, TrialReport report) {
        var before = reports.get(device);
        boolean old = before != null
                && before.getBootId().equals(report.getBootId())
                && report.getSequence() <= before.getSequence();
        if (old) {
            return;
        }
        reports.put(device, report);
        store.report(device, report);
        for (TrialResult result : report.getResultsList()) {
            Trial trial = live.get(result.getTrialId());
            boolean over = result.getPhase() == TrialPhase.TRIAL_PHASE_MEASURED
                    || result.getPhase() == TrialPhase.TRIAL_PHASE_OUT;
            if (trial != null && over && trial.devices().contains(device)) {
                var readings = new Readings(trial, device, clock.instant());
                knowledge.learn(readings.candidate(report, result));
                readings.active(result)
                        .filter(m -> catalog.variant(m.manifest()).isPresent())
                        .ifPresent(knowledge::learn);
            }
        }
    }

    private void decide(Trial trial) {
        var answers = new HashMap<DeviceId, List<TrialResult>>();
        for (DeviceId device : trial.devices()) {
            var report = reports.get(device);
            answers.put(
                    device,
                    report == null
                            ? List.of()
                            : report.getResultsList().stream()
                                    .filter(r -> r.getTrialId().equals(trial.id()))
                                    .toList());
        }
        var decision = TrialDecider.decide(
                trial,
                answers,
                clock.instant(),
                candidate -> planner.measured(trial, candidate)
                        .map(contender ->
                                Readings.alone(trial, contender, knowledge.trials(trial.deviceClass(), candidate))),
                best -> planner.newcomers(trial, best));
        if (decision instanceof TrialDecider.Wait) {
            return;
        }
        long spent = answers.values().stream()
                .flatMap(List::stream)
                .filter(r -> r.getRound() == trial.round())
                .mapToLong(TrialResult::getSpentMs)
                .sum();
        Trial next = decision instanceof TrialDecider.NextRound on
                ? trial.nextRound(
                        on.candidates(),
                        on.why(),
                        spent,
                        clock.instant().plus(trial.policy().patience()))
                : trial.ended(((TrialDecider.Finish) decision).how(), ((TrialDecider.Finish) decision).why(), spent);
        if (next.live()) {
            live.put(next.id(), next);
        } else {
            live.remove(next.id());
        }
        commit(List.of(next));
        LOG.atInfo()
                .addKeyValue("trial", next.id())
                .addKeyValue("state", next.state())
                .addKeyValue("round", next.round())
                .log(next.words().get(next.words().size() - 1));
    }

    /** Persists first: trials and what their devices are to measure; then publishes. */
    private void commit(List<Trial> changed) {
        var states = new LinkedHashMap<DeviceId, TrialState>();
        for (Trial trial : changed) {
            trial.devices().forEach(device -> states.put(device, state(device)));
        }
        store.save(changed, states);
        states.forEach((device, state) -> {
            asked.put(device, state);
            publish(device, state);
        });
    }

    private TrialState state(DeviceId device) {
        long sequence = Optional.ofNullable(asked.get(device))
                .map(TrialState::getSequence)
                .orElse(0L);
        long heard = Optional.ofNullable(reports.get(device))
                .map(TrialReport::getTrialSequence)
                .orElse(0L);
        var state = TrialState.newBuilder()
                .setDeviceId(device.value())
                .setSequence(Math.max(sequence, heard) + 1)
                .setIssuedUnixMs(clock.millis());
        live.values().stream().filter(t -> t.devices().contains(device)).forEach(t -> state.addTrials(request(t)));
        return state.build();
    }

    private TrialRequest request(Trial trial) {
        var request = TrialRequest.newBuilder()
                .setTrialId(trial.id())
                .setModel(trial.model().value())
                .setRound(trial.round())
                .setMeasureMs(
                        HalvingSchedule.measureMs(trial.round(), trial.policy().longestMs()))
                .setPrecision(trial.policy().precision())
                .setMinBatteryPercent(trial.policy().minBatteryPercent())
                .setMaxCelsius(trial.policy().maxCelsius())
                .setLimits(planner.limits(trial.requirement()));
        for (Digest candidate : trial.candidates()) {
            catalog.variant(candidate)
                    .ifPresent(v ->
                            request.addCandidates(TrialCandidate.newBuilder().setManifest(v.signed())));
        }
        return request.build();
    }

    private void publishUnheard() {
        Instant now = clock.instant();
        var unheard = new ArrayList<Map.Entry<DeviceId, TrialState>>();
        asked.forEach((device, state) -> {
            long heard = Optional.ofNullable(reports.get(device))
                    .map(TrialReport::getTrialSequence)
                    .orElse(0L);
            boolean due = !now.isBefore(
                    publishedAt.getOrDefault(device, Instant.EPOCH).plusSeconds(AGAIN_SECONDS));
            boolean online = fleet.get(device).map(d -> d.online()).orElse(false);
            if (heard < state.getSequence() && due && online) {
                unheard.add(Map.entry(device, state));
            }
        });
        unheard.forEach(entry -> publish(entry.getKey(), entry.getValue()));
    }

    private void publish(DeviceId device, TrialState state) {
        Signed signed = fleetKey.sign(Contexts.TRIAL, state.toByteArray());
        if (publisher.publishTrial(device, signed)) {
            publishedAt.put(device, clock.instant());
        }
    }
}
