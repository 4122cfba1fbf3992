package dev.edgewright.controller.trial;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Limits;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.DeviceClasses;
import dev.edgewright.controller.fleet.DeviceCondition;
import dev.edgewright.controller.fleet.DeviceQuery;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.selection.Candidate;
import dev.edgewright.controller.selection.Figure;
import dev.edgewright.controller.selection.Objective;
import dev.edgewright.controller.selection.Requirement;
import dev.edgewright.controller.selection.Selection;
import dev.edgewright.controller.selection.SelectionService;
import dev.edgewright.controller.selection.Verdict;
import dev.edgewright.controller.telemetry.DeviceSummary;
import dev.edgewright.controller.telemetry.TelemetryService;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whom a trial asks, to measure what, and what the class is then known to take. */
public final class TrialPlanner {

    /** A variant that would be chosen, had it not been predicted a little slower than another or the original. */
    private static final Set<Verdict> COULD_WIN = Set.of(
            Verdict.CHOSEN,
            Verdict.SLOWER,
            Verdict.MORE_ENERGY,
            Verdict.SLOWER_THAN_ORIGINAL,
            Verdict.LATENCY_LIMIT,
            Verdict.ENERGY_LIMIT);

    /** What a measurement can rule out. */
    private static final Set<Verdict> BROKEN =
            Set.of(Verdict.OUT_IN_TRIAL, Verdict.LATENCY_LIMIT, Verdict.ENERGY_LIMIT, Verdict.MEMORY);

    private static final double UNKNOWN_SIGMA = 0.7;

    private final FleetService fleet;
    private final DeviceClasses classes;
    private final SelectionService selection;
    private final TelemetryService telemetry;

    public TrialPlanner(
            FleetService fleet, DeviceClasses classes, SelectionService selection, TelemetryService telemetry) {
        this.fleet = fleet;
        this.classes = classes;
        this.selection = selection;
        this.telemetry = telemetry;
    }

    /** @param why what would happen, or what is in the way */
    record Draft(List<DeviceId> devices, List<Digest> candidates, String why) {}

    Draft draft(ModelName model, String version, String deviceClass, Requirement requirement, TrialPolicy policy) {
        var members = members(deviceClass);
        var willing = members.stream().filter(d -> willing(d, policy)).toList();
        if (willing.isEmpty()) {
            return new Draft(
                    List.of(),
                    List.of(),
                    members.isEmpty()
                            ? "no device of " + deviceClass + " is known"
                            : "none of the " + members.size() + " devices of the class may measure now: "
                                    + reasons(members, policy));
        }
        var devices = willing.stream()
                .sorted(Comparator.comparingInt(this::unfit).thenComparing(Device::id))
                .limit(policy.devices())
                .map(Device::id)
                .toList();
        var choice = selection.select(model, version, willing.get(0), "auto", requirement);
        var contenders = contenders(choice, requirement.objective());
        if (requirement.objective() == Objective.SIZE || requirement.objective() == Objective.ACCURACY) {
            return new Draft(
                    devices, confirm(choice, contenders), "measures what would be chosen, beside the original");
        }
        var entrants = withoutActive(
                contenders.isEmpty() ? List.of() : HalvingSchedule.entrants(contenders, policy.best()),
                contenders,
                model,
                devices);
        String why = entrants.size() < 2
                ? contenders.size() > 1
                        ? "one candidate is ahead of all others beyond doubt"
                        : "there are no two candidates to compare"
                : entrants.size() + " of " + choice.candidates().size() + " variants are measured on " + devices.size()
                        + " of " + members.size() + " devices";
        return new Draft(devices, entrants, why);
    }

    /** The objective needs no measuring; that the chosen one really works and keeps the limits there, does. */
    private static List<Digest> confirm(Selection choice, List<HalvingSchedule.Contender> contenders) {
        var both = new ArrayList<Digest>();
        choice.chosen().ifPresent(v -> both.add(v.digest()));
        contenders.stream()
                .filter(HalvingSchedule.Contender::baseline)
                .map(HalvingSchedule.Contender::manifest)
                .filter(d -> !both.contains(d))
                .forEach(both::add);
        return both;
    }

    /** The original need not be measured beside itself: where it serves, every measurement has it in it. */
    private List<Digest> withoutActive(
            List<Digest> entrants,
            List<HalvingSchedule.Contender> contenders,
            ModelName model,
            List<DeviceId> devices) {
        var original = contenders.stream()
                .filter(HalvingSchedule.Contender::baseline)
                .map(HalvingSchedule.Contender::manifest)
                .findFirst();
        boolean serves = original.isPresent()
                && devices.stream()
                        .allMatch(id -> fleet.get(id)
                                .flatMap(d -> d.report(model.value()))
                                .filter(r -> r.getActiveManifest()
                                        .equals(original.get().toByteString()))
                                .isPresent());
        return serves && entrants.size() > 2
                ? entrants.stream().filter(d -> !d.equals(original.get())).toList()
                : entrants;
    }

    private List<Device> members(String deviceClass) {
        return fleet.matching(DeviceQuery.all()).stream()
                .filter(Device::introduced)
                .filter(d -> classes.of(d).equals(deviceClass))
                .toList();
    }

    private boolean willing(Device device, TrialPolicy policy) {
        return refusal(device, policy).isEmpty();
    }

    private Optional<String> refusal(Device device, TrialPolicy policy) {
        if (!device.online()) {
            return Optional.of("offline");
        }
        var conditions = conditions(device);
        int charge = device.facts().getBatteryPercent();
        boolean spared = policy.minBatteryPercent() == 0 || charge < policy.minBatteryPercent();
        if (conditions.contains(DeviceCondition.ON_BATTERY) && spared) {
            return Optional.of("on battery");
        }
        return celsius(device) > policy.maxCelsius() ? Optional.of("hot") : Optional.empty();
    }

    private String reasons(List<Device> members, TrialPolicy policy) {
        var counts = new java.util.TreeMap<String, Integer>();
        members.forEach(d -> refusal(d, policy).ifPresent(why -> counts.merge(why, 1, Integer::sum)));
        return counts.entrySet().stream()
                .map(e -> e.getValue() + " " + e.getKey())
                .collect(java.util.stream.Collectors.joining(", "));
    }

    /** The calmest first. */
    private int unfit(Device device) {
        return conditions(device).size();
    }

    private Set<DeviceCondition> conditions(Device device) {
        return DeviceCondition.of(device, celsius(device));
    }

    private double celsius(Device device) {
        return telemetry
                .latest(device.id())
                .map(DeviceSummary::temperatureCelsius)
                .orElse(0.0);
    }

    private static List<HalvingSchedule.Contender> contenders(Selection choice, Objective objective) {
        var all = new ArrayList<HalvingSchedule.Contender>();
        for (Candidate candidate : choice.candidates()) {
            if (COULD_WIN.contains(candidate.verdict())) {
                figure(candidate, objective)
                        .or(() -> elsewhere(candidate))
                        .map(f -> contender(candidate, f))
                        .ifPresent(all::add);
            }
        }
        return all;
    }

    private static HalvingSchedule.Contender contender(Candidate candidate, Figure figure) {
        return new HalvingSchedule.Contender(
                candidate.variant().digest(),
                figure.value(),
                figure.low(),
                figure.high(),
                candidate.variant().original());
    }

    /** Of a device that measured nothing of itself: as long as where the variant was made, give or take a factor of two. */
    private static Optional<Figure> elsewhere(Candidate candidate) {
        double ms = candidate.variant().latencyHere().p50Ms();
        return ms > 0 ? Optional.of(new Figure(ms, UNKNOWN_SIGMA, Figure.Source.PROBES)) : Optional.empty();
    }

    private static Optional<Figure> figure(Candidate candidate, Objective objective) {
        var outlook = candidate.outlook();
        return objective == Objective.ENERGY ? outlook.joules().or(outlook::ms) : outlook.ms();
    }

    /** A candidate of a trial with what the class has measured of it by now; empty when it is out. */
    Optional<HalvingSchedule.Contender> measured(Trial trial, Digest candidate) {
        return members(trial.deviceClass()).stream()
                .findFirst()
                .flatMap(
                        device -> selection
                                .select(trial.model(), trial.version(), device, "auto", trial.requirement())
                                .candidates()
                                .stream()
                                .filter(c -> c.variant().digest().equals(candidate) && c.measured())
                                .filter(c -> !BROKEN.contains(c.verdict()))
                                .findFirst())
                .flatMap(c -> figure(c, trial.requirement().objective()).map(f -> contender(c, f)));
    }

    /**
     * Whom nobody measured, and who is thought to be better than the best so far, now that others were measured: a class that turns out to be
     * slow at integers has a float form as its best, which the first predictions did not rank.
     */
    List<Digest> newcomers(Trial trial, HalvingSchedule.Contender best) {
        var objective = trial.requirement().objective();
        if (objective == Objective.SIZE || objective == Objective.ACCURACY) {
            return List.of();
        }
        var first = members(trial.deviceClass()).stream().findFirst();
        if (first.isEmpty()) {
            return List.of();
        }
        var unmeasured = new ArrayList<HalvingSchedule.Contender>();
        for (Candidate candidate : selection
                .select(trial.model(), trial.version(), first.get(), "auto", trial.requirement())
                .candidates()) {
            if (COULD_WIN.contains(candidate.verdict()) && !candidate.measured()) {
                figure(candidate, objective).map(f -> contender(candidate, f)).ifPresent(unmeasured::add);
            }
        }
        return unmeasured.stream()
                .filter(c -> c.value() * (1 + HalvingSchedule.SAME) < best.value())
                .sorted(Comparator.comparingDouble(HalvingSchedule.Contender::value))
                .limit(trial.policy().best())
                .map(HalvingSchedule.Contender::manifest)
                .toList();
    }

    /** What a device itself holds a candidate to. */
    Limits limits(Requirement requirement) {
        return Limits.newBuilder()
                .setMaxP95Ms(requirement.maxP95Ms().orElse(0))
                .setMaxMemoryBytes(requirement.maxMemoryBytes().orElse(0))
                .setMaxJoulesPerInference(requirement.maxJoules().orElse(0))
                .build();
    }
}
