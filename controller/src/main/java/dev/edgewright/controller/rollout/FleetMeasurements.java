package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.telemetry.TelemetryService;
import dev.edgewright.controller.telemetry.Usage;
import java.util.Optional;
import java.util.OptionalDouble;

/** What gates compare, as the devices said it: their telemetry, and how far their probe agreed with the golden answers. */
record FleetMeasurements(FleetService fleet, TelemetryService telemetry) implements GateKeeper.Measurements {

    @Override
    public Optional<Usage> usage(DeviceId device, ModelName model, Digest manifest) {
        return telemetry.usage(device, model, manifest);
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
}
