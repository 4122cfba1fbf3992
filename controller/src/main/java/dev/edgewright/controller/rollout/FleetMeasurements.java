package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.controller.catalog.CatalogService;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.telemetry.ShadowUsage;
import dev.edgewright.controller.telemetry.TelemetryService;
import dev.edgewright.controller.telemetry.Usage;
import java.util.Optional;
import java.util.OptionalDouble;

/** What gates compare, as the devices said it: their telemetry, and how far their probe agreed with the golden answers. */
record FleetMeasurements(FleetService fleet, TelemetryService telemetry, CatalogService catalog)
        implements GateKeeper.Measurements {

    @Override
    public Optional<Usage> usage(DeviceId device, ModelName model, Digest manifest) {
        return telemetry.usage(device, model, manifest);
    }

    @Override
    public Optional<Usage> evidence(DeviceId device, ModelName model, Digest manifest) {
        return telemetry.evidence(device, model, manifest);
    }

    @Override
    public void beginAnew(DeviceId device, ModelName model, Digest manifest) {
        telemetry.beginAnew(device, model, manifest);
    }

    @Override
    public OptionalDouble agreement(DeviceId device, ModelName model, Digest manifest) {
        return fleet.get(device)
                .flatMap(d -> d.report(model.value()))
                .filter(r -> r.getManifest().equals(manifest.toByteString())
                        && r.getProbe().getRuns() > 0)
                .map(r -> OptionalDouble.of(r.getProbe().getAgreement()))
                .orElse(OptionalDouble.empty());
    }

    @Override
    public Optional<ShadowUsage> beside(DeviceId device, ModelName model, Digest before, Digest serving) {
        return telemetry.shadow(device, model, before, serving);
    }

    @Override
    public double known(Digest manifest) {
        return catalog.variant(manifest)
                .filter(v -> v.hasAccuracy() && v.accuracy().getAgreement() > 0)
                .map(v -> v.accuracy().getAgreement())
                .orElse(1.0);
    }
}
