package dev.edgewright.controller.deployment;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.controller.catalog.CatalogService;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.DeviceClasses;
import dev.edgewright.controller.fleet.DeviceCondition;
import dev.edgewright.controller.fleet.DeviceQuery;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.selection.SelectionService;
import dev.edgewright.controller.selection.Shortfall;
import dev.edgewright.controller.telemetry.DeviceSummary;
import dev.edgewright.controller.telemetry.TelemetryService;
import dev.edgewright.controller.trial.TrialService;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Says what a deployment would do, class by class. Sends nothing, writes nothing. */
final class Explainer {

    private final FleetService fleet;
    private final DeviceClasses classes;
    private final CatalogService catalog;
    private final SelectionService selection;
    private final TelemetryService telemetry;
    private final TrialService trials;
    private final Supplier<List<String>> recipes;

    Explainer(
            FleetService fleet,
            DeviceClasses classes,
            CatalogService catalog,
            SelectionService selection,
            TelemetryService telemetry,
            TrialService trials,
            Supplier<List<String>> recipes) {
        this.fleet = fleet;
        this.classes = classes;
        this.catalog = catalog;
        this.selection = selection;
        this.telemetry = telemetry;
        this.trials = trials;
        this.recipes = recipes;
    }

    /** @throws EdgewrightException MODEL_NOT_FOUND, VERSION_NOT_FOUND */
    Explanation explain(Deployment deployment) {
        String version = version(deployment);
        var covered = new HashSet<String>();
        var rules = new ArrayList<Explanation.OfRule>();
        for (Rule rule : deployment.rules()) {
            rules.add(rule(deployment, version, rule, covered));
        }
        int all = fleet.matching(DeviceQuery.all()).size();
        return new Explanation(deployment.model().value(), version, rules, all - covered.size());
    }

    String version(Deployment deployment) {
        var model = catalog.requireModel(deployment.model());
        String version = deployment.version().orElse(model.latest().version());
        return model.version(version)
                .map(v -> v.version())
                .orElseThrow(() -> EdgewrightException.caller(
                        "VERSION_NOT_FOUND",
                        "model " + deployment.model() + " has no version " + version + "; it has "
                                + model.versions().stream()
                                        .map(v -> v.version())
                                        .toList()));
    }

    private Explanation.OfRule rule(Deployment deployment, String version, Rule rule, HashSet<String> covered) {
        List<Device> devices;
        try {
            devices = fleet.matching(DeviceQuery.of(rule.query()));
        } catch (EdgewrightException e) {
            return new Explanation.OfRule(
                    rule, 0, List.of(), Optional.of("line " + rule.line() + ": " + e.getMessage()));
        }
        if (devices.isEmpty()) {
            return new Explanation.OfRule(
                    rule,
                    0,
                    List.of(),
                    Optional.of("line " + rule.line() + ": no device matches "
                            + rule.written().map(q -> "'" + q + "'").orElse("the file")
                            + (rule.query().equals(rule.written()) ? "" : " and no rule before it") + "; "
                            + fleet.matching(DeviceQuery.all()).size() + " devices are known"));
        }
        var byClass = new TreeMap<String, List<Device>>();
        devices.forEach(d -> {
            covered.add(d.id().value());
            byClass.computeIfAbsent(classes.of(d), k -> new ArrayList<>()).add(d);
        });
        var found = new ArrayList<Explanation.OfClass>();
        byClass.forEach((name, members) -> found.add(ofClass(deployment, version, rule, name, members)));
        return new Explanation.OfRule(rule, devices.size(), found, Optional.empty());
    }

    private Explanation.OfClass ofClass(
            Deployment deployment, String version, Rule rule, String name, List<Device> members) {
        Device first = members.get(0);
        var choice = selection.select(deployment.model(), version, first, "auto", rule.requirement());
        var conditions = EnumSet.noneOf(DeviceCondition.class);
        members.forEach(d -> conditions.addAll(DeviceCondition.of(
                d,
                telemetry.latest(d.id()).map(DeviceSummary::temperatureCelsius).orElse(0.0))));
        Optional<TrialService.Plan> trial = deployment
                .trial()
                .filter(policy -> first.introduced() && !choice.candidates().isEmpty())
                .map(policy -> trials.plan(deployment.model(), version, name, rule.requirement(), policy));
        Optional<Shortfall> shortfall = choice.chosen().isPresent()
                ? Optional.empty()
                : Optional.of(Shortfall.of(choice, first, rule.requirement(), recipes.get()));
        return new Explanation.OfClass(
                name, members.stream().map(d -> d.id().value()).toList(), conditions, choice, trial, shortfall);
    }
}
