package dev.edgewright.controller.selection;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.controller.catalog.CatalogService;
import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.DeviceClasses;
import dev.edgewright.controller.fleet.DeviceQuery;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.selection.DecisionStore.Decision;
import dev.edgewright.controller.selection.DecisionStore.Line;
import dev.edgewright.controller.selection.DecisionStore.Value;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Selection over the catalog and the fleet; prefers what devices of a class measured over what probes predict. */
public final class CatalogSelection implements SelectionService {

    private final CatalogService catalog;
    private final FleetService fleet;
    private final DeviceClasses classes;
    private final FleetKnowledge knowledge;
    private final DecisionStore decisions;
    private final Clock clock;

    public CatalogSelection(
            CatalogService catalog,
            FleetService fleet,
            DeviceClasses classes,
            FleetKnowledge knowledge,
            DecisionStore decisions,
            Clock clock) {
        this.catalog = catalog;
        this.fleet = fleet;
        this.classes = classes;
        this.knowledge = knowledge;
        this.decisions = decisions;
        this.clock = clock;
    }

    @Override
    public List<Selection> select(
            ModelName model, Optional<String> version, DeviceQuery query, Requirement requirement) {
        var known = catalog.requireModel(model);
        String wanted = version.orElse(known.latest().version());
        if (known.version(wanted).isEmpty()) {
            throw EdgewrightException.caller("VERSION_NOT_FOUND", "model " + model + " has no version " + wanted);
        }
        return fleet.matching(query).stream()
                .map(device -> select(model, wanted, device, "auto", requirement))
                .toList();
    }

    @Override
    public Selection select(ModelName model, String version, Device device, String variant, Requirement requirement) {
        List<Variant> variants = catalog.variants(model).stream()
                .filter(v -> v.version().equals(version))
                .toList();
        return VariantSelector.select(device, variants, variant, requirement, knowledge.of(device));
    }

    @Override
    public void record(Occasion occasion, Collection<Selection> choices) {
        record Same(String deviceClass, Optional<Variant> chosen, List<Line> lines) {}
        var groups = new LinkedHashMap<Same, List<Selection>>();
        for (Selection choice : choices) {
            var lines = choice.candidates().stream().map(CatalogSelection::line).toList();
            String deviceClass = fleet.get(choice.device()).map(classes::of).orElse("unknown");
            groups.computeIfAbsent(new Same(deviceClass, choice.chosen(), lines), k -> new ArrayList<>())
                    .add(choice);
        }
        Map<Decision, List<DeviceId>> all = new LinkedHashMap<>();
        groups.forEach((same, members) -> {
            String id = Digest.of((occasion.rollout() + " " + all.size() + " " + same.deviceClass())
                            .getBytes(StandardCharsets.UTF_8))
                    .shortHex();
            all.put(
                    new Decision(
                            id,
                            occasion.rollout(),
                            occasion.who(),
                            occasion.model().value(),
                            occasion.version(),
                            same.deviceClass(),
                            occasion.requirement().objective().toString(),
                            same.chosen().map(Variant::name),
                            members.get(0).why(),
                            same.lines(),
                            clock.instant()),
                    members.stream().map(Selection::device).toList());
        });
        decisions.add(all);
    }

    /** A candidate in plain values. */
    public static Line line(Candidate candidate) {
        var outlook = candidate.outlook();
        var variant = candidate.variant();
        return new Line(
                variant.name(),
                variant.digest().hex(),
                outlook.predictedMs().map(Value::of),
                outlook.measuredMs().map(Value::of),
                outlook.p95Ms().map(Value::of),
                outlook.joules().map(Value::of),
                outlook.memoryBytes().map(Value::of),
                variant.hasAccuracy() ? Optional.of(variant.accuracy().getValue()) : Optional.empty(),
                variant.bytes(),
                candidate.verdict().name(),
                candidate.reason());
    }
}
