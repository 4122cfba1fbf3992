package dev.edgewright.controller.http;

import dev.edgewright.controller.audit.AuditLog;
import dev.edgewright.controller.catalog.BlobStore;
import dev.edgewright.controller.catalog.CatalogService;
import dev.edgewright.controller.catalog.VariantMaker;
import dev.edgewright.controller.deployment.DeploymentService;
import dev.edgewright.controller.events.EventStore;
import dev.edgewright.controller.events.Webhooks;
import dev.edgewright.controller.fleet.DeviceClasses;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.http.view.InfoView;
import dev.edgewright.controller.jobs.JobService;
import dev.edgewright.controller.rollout.RolloutService;
import dev.edgewright.controller.selection.DecisionStore;
import dev.edgewright.controller.selection.FleetKnowledge;
import dev.edgewright.controller.selection.SelectionService;
import dev.edgewright.controller.telemetry.TelemetryService;
import dev.edgewright.controller.trial.TrialService;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * All that the HTTP interface speaks to.
 *
 * @param info facts about this controller; asked at every request
 * @param checks readiness by name: empty text when well, else what is wrong. Must not block for long
 */
public record ControllerApi(
        FleetService fleet,
        TelemetryService telemetry,
        CatalogService catalog,
        BlobStore blobs,
        VariantMaker variants,
        SelectionService selection,
        RolloutService rollouts,
        JobService jobs,
        EventStore events,
        Webhooks webhooks,
        AuditLog audit,
        Choosing choosing,
        Supplier<InfoView> info,
        Map<String, Supplier<String>> checks,
        Scrape scrape) {
    public ControllerApi {
        Objects.requireNonNull(fleet, "fleet");
        Objects.requireNonNull(info, "info");
        checks = Map.copyOf(checks);
    }

    /** Everything about why a device gets what it gets. */
    public record Choosing(
            DeviceClasses classes,
            FleetKnowledge knowledge,
            DecisionStore decisions,
            TrialService trials,
            DeploymentService deployments) {}

    /** Writes all metrics in the format that the Accept header prefers. */
    @FunctionalInterface
    public interface Scrape {
        Scraped scrape(String accept);
    }

    /** @param contentType exactly as Prometheus expects it */
    public record Scraped(String contentType, byte[] body) {}
}
