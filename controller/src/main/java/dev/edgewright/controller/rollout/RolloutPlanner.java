package dev.edgewright.controller.rollout;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.RolloutId;
import dev.edgewright.controller.catalog.CatalogService;
import dev.edgewright.controller.catalog.Model;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.DeviceQuery;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.selection.Selection;
import dev.edgewright.controller.selection.SelectionService;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Turns what was asked for into a rollout with waves and a variant for every device. */
final class RolloutPlanner {

    private final FleetService fleet;
    private final CatalogService catalog;
    private final SelectionService selection;

    RolloutPlanner(FleetService fleet, CatalogService catalog, SelectionService selection) {
        this.fleet = fleet;
        this.catalog = catalog;
        this.selection = selection;
    }

    /** A rollout that nothing was persisted of. */
    record Plan(Rollout rollout, List<Target> targets, List<HistoryEntry> history, List<Selection> choices) {}

    /** Writes down why each device got what it got. Call it once the rollout is persisted. */
    void record(Plan plan) {
        var request = plan.rollout().request();
        selection.record(
                new SelectionService.Occasion(
                        plan.rollout().id().value(),
                        request.createdBy(),
                        request.model(),
                        request.version().orElseThrow(),
                        request.requirement()),
                plan.choices());
    }

    /** @throws EdgewrightException as {@link RolloutService#create} says */
    Plan plan(RolloutId id, RolloutRequest request, Instant now) {
        String version = version(request);
        requireVariants(request, version);
        var query = DeviceQuery.of(request.query());
        var devices = fleet.matching(query);
        if (devices.isEmpty()) {
            throw EdgewrightException.caller(
                    "QUERY_MATCHES_NOTHING",
                    "no device matches " + query + "; "
                            + fleet.matching(DeviceQuery.all()).size() + " devices are known");
        }
        var chosen = new LinkedHashMap<Device, Selection>();
        var targets = new ArrayList<Target>();
        var choices = new ArrayList<Selection>();
        for (Device device : devices) {
            var choice = selection.select(request.model(), version, device, request.variant(), request.requirement());
            choices.add(choice);
            if (choice.chosen().isPresent()) {
                chosen.put(device, choice);
            } else {
                targets.add(Target.skipped(device.id(), device.hardwareClass().value(), choice.why(), now));
            }
        }
        if (chosen.isEmpty()) {
            throw EdgewrightException.caller("NO_VARIANT_SUITS", missing(request, targets));
        }
        var sizes = WavePlanner.sizes(request.waves(), chosen.size());
        int skipped = targets.size();
        targets.addAll(dealOut(chosen, sizes, now));
        var waves = waves(sizes);
        var resolved = request.withVersion(version);
        var rollout = Rollout.planned(id, resolved, waves, now);
        return new Plan(rollout, targets, history(rollout, chosen, skipped, now), choices);
    }

    private String version(RolloutRequest request) {
        Model model = catalog.requireModel(request.model());
        return request.version()
                .map(v -> model.version(v)
                        .orElseThrow(() -> EdgewrightException.caller(
                                "VERSION_NOT_FOUND",
                                "model " + model.name() + " has no version " + v + "; it has "
                                        + model.versions().stream()
                                                .map(x -> x.version())
                                                .toList())))
                .orElse(model.latest())
                .version();
    }

    private void requireVariants(RolloutRequest request, String version) {
        var names = catalog.variants(request.model()).stream()
                .filter(v -> v.version().equals(version))
                .map(v -> v.name())
                .toList();
        if (names.isEmpty()) {
            throw EdgewrightException.caller(
                    "VARIANT_NOT_FOUND",
                    "model " + request.model() + " version " + version
                            + " has no variants yet; wait for its job, or start one with POST /models/"
                            + request.model() + "/variants");
        }
        if (!request.variant().equals("auto") && !names.contains(request.variant())) {
            throw EdgewrightException.caller(
                    "VARIANT_NOT_FOUND",
                    "model " + request.model() + " version " + version + " has no variant " + request.variant()
                            + "; it has " + names);
        }
    }

    private static List<Target> dealOut(Map<Device, Selection> chosen, List<WavePlanner.Size> sizes, Instant now) {
        // Devices that are there first, and of every class one in turn: a small first wave then says most.
        var ordered = chosen.keySet().stream()
                .sorted(Comparator.comparing(Device::online).reversed().thenComparing(Device::id))
                .toList();
        var dealt = WavePlanner.interleave(
                ordered, d -> d.online() + d.hardwareClass().value());
        var targets = new ArrayList<Target>(dealt.size());
        int wave = 0;
        int inWave = 0;
        for (Device device : dealt) {
            while (inWave == sizes.get(wave).devices()) {
                wave++;
                inWave = 0;
            }
            inWave++;
            var choice = chosen.get(device);
            var variant = choice.chosen().orElseThrow();
            targets.add(Target.planned(
                    device.id(),
                    wave,
                    variant.name(),
                    variant.digest(),
                    device.hardwareClass().value(),
                    choice.why(),
                    now));
        }
        return targets;
    }

    private static List<Wave> waves(List<WavePlanner.Size> sizes) {
        var waves = new ArrayList<Wave>(sizes.size());
        for (WavePlanner.Size size : sizes) {
            waves.add(Wave.planned(waves.size(), size.devices(), size.approval()));
        }
        return waves;
    }

    /** A device that began to match later, in a wave of a rollout that was planned before; skipped where no variant suits it. */
    Target late(Rollout rollout, Device device, int wave, Instant now) {
        var request = rollout.request();
        var choice = selection.select(
                request.model(), request.version().orElseThrow(), device, request.variant(), request.requirement());
        String hardwareClass = device.hardwareClass().value();
        return choice.chosen()
                .map(variant -> Target.planned(
                        device.id(), wave, variant.name(), variant.digest(), hardwareClass, choice.why(), now))
                .orElseGet(() -> Target.skipped(device.id(), hardwareClass, choice.why(), now));
    }

    private static List<HistoryEntry> history(
            Rollout rollout, Map<Device, Selection> chosen, int skipped, Instant now) {
        var request = rollout.request();
        var sizes =
                rollout.waves().stream().map(w -> String.valueOf(w.devices())).collect(Collectors.joining(", "));
        var history = new ArrayList<HistoryEntry>();
        history.add(new HistoryEntry(
                1,
                now,
                "created",
                request.createdBy(),
                request.model() + " " + request.version().orElseThrow() + " to "
                        + Words.devices(chosen.size()) + " in waves of " + sizes
                        + (skipped > 0 ? "; left out: " + Words.devices(skipped) : "")));
        var byChoice = chosen.entrySet().stream()
                .collect(Collectors.groupingBy(
                        e -> e.getValue().chosen().orElseThrow().name() + " on "
                                + e.getKey().hardwareClass(),
                        java.util.TreeMap::new,
                        Collectors.toList()));
        byChoice.forEach((group, devices) -> history.add(new HistoryEntry(
                history.size() + 1L,
                now,
                "choice",
                "controller",
                group + ", " + Words.devices(devices.size()) + ": "
                        + devices.get(0).getValue().why())));
        return history;
    }

    private static String missing(RolloutRequest request, List<Target> skipped) {
        var reasons = skipped.stream()
                .collect(Collectors.groupingBy(Target::why, java.util.TreeMap::new, Collectors.counting()));
        return "no variant of " + request.model() + " suits any of the " + skipped.size() + " devices: "
                + reasons.entrySet().stream()
                        .limit(5)
                        .map(e -> e.getValue() + " x " + e.getKey())
                        .collect(Collectors.joining("; "));
    }
}
