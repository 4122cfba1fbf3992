package dev.edgewright.controller.selection;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.controller.catalog.CatalogService;
import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.DeviceQuery;
import dev.edgewright.controller.fleet.FleetService;
import java.util.List;
import java.util.Optional;

/** Selection over the catalog and the fleet; prefers what devices of a class measured over what probes predict. */
public final class CatalogSelection implements SelectionService {

    private final CatalogService catalog;
    private final FleetService fleet;
    private final MeasuredLatencies measured;

    public CatalogSelection(CatalogService catalog, FleetService fleet) {
        this.catalog = catalog;
        this.fleet = fleet;
        this.measured = new MeasuredLatencies(fleet);
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
        return VariantSelector.select(
                device, variants, variant, requirement, v -> measured.p50Ms(device.hardwareClass(), v));
    }
}
