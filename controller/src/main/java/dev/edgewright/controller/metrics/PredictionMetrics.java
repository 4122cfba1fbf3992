package dev.edgewright.controller.metrics;

import dev.edgewright.controller.catalog.CatalogService;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.DeviceClasses;
import dev.edgewright.controller.fleet.DeviceQuery;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.selection.Requirement;
import dev.edgewright.controller.selection.SelectionService;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.TreeMap;

/** How good predictions are: measured by predicted latency of every variant that a class has measured. */
public final class PredictionMetrics implements MultiCollector {

    private final FleetService fleet;
    private final DeviceClasses classes;
    private final CatalogService catalog;
    private final SelectionService selection;

    public PredictionMetrics(
            FleetService fleet, DeviceClasses classes, CatalogService catalog, SelectionService selection) {
        this.fleet = fleet;
        this.classes = classes;
        this.catalog = catalog;
        this.selection = selection;
    }

    @Override
    public MetricSnapshots collect() {
        var firsts = new TreeMap<String, Device>();
        for (Device device : fleet.matching(DeviceQuery.all())) {
            if (device.introduced()) {
                firsts.putIfAbsent(classes.of(device), device);
            }
        }
        var gauge = Family.gauge(
                "edgewright_prediction_ratio",
                "Measured by predicted latency of a variant on a class; 1 is a perfect prediction.");
        for (var model : catalog.models()) {
            firsts.forEach((name, device) -> selection
                    .select(model.name(), model.latest().version(), device, "auto", Requirement.NONE)
                    .candidates()
                    .forEach(candidate -> {
                        var predicted = candidate.outlook().predictedMs();
                        var measured = candidate.outlook().measuredMs();
                        if (predicted.isPresent() && measured.isPresent()) {
                            gauge.add(
                                    measured.get().value() / predicted.get().value(),
                                    "model",
                                    model.name().value(),
                                    "variant",
                                    candidate.variant().name(),
                                    "class",
                                    name);
                        }
                    }));
        }
        return new MetricSnapshots(gauge.done());
    }
}
