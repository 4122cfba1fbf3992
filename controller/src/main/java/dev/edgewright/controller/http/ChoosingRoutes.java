package dev.edgewright.controller.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.controller.catalog.Model;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.DeviceCondition;
import dev.edgewright.controller.fleet.DeviceQuery;
import dev.edgewright.controller.http.view.ChoiceView;
import dev.edgewright.controller.http.view.DeploymentView;
import dev.edgewright.controller.http.view.Page;
import dev.edgewright.controller.http.view.TrialView;
import dev.edgewright.controller.selection.CatalogSelection;
import dev.edgewright.controller.selection.Requirement;
import dev.edgewright.controller.telemetry.DeviceSummary;
import dev.edgewright.controller.trial.Trial;
import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** {@code /api/v1/deployments}, {@code /trials}, {@code /classes}, {@code /predictions}, and decisions about devices. */
final class ChoosingRoutes {
    private static final int DEFAULT_LIMIT = 50;
    private static final int MAX_LIMIT = 500;
    private static final String WHO = "api";

    private final ControllerApi api;

    ChoosingRoutes(ControllerApi api) {
        this.api = api;
    }

    void on(Mount mount) {
        mount.json(HttpMethod.POST, "/api/v1/deployments", this::apply);
        mount.json(HttpMethod.POST, "/api/v1/deployments/explain", this::explain);
        mount.get("/api/v1/deployments", Set.of("limit"), this::deployments);
        mount.get("/api/v1/deployments/:id", Set.of(), this::deployment);
        mount.get("/api/v1/trials", Set.of("limit"), this::trials);
        mount.get("/api/v1/trials/:id", Set.of(), this::trial);
        mount.get("/api/v1/devices/:id/decisions", Set.of(), this::decisions);
        mount.get("/api/v1/classes", Set.of(), this::classes);
        mount.get("/api/v1/predictions", Set.of("model"), this::predictions);
    }

    private Reply explain(Request request) {
        return Reply.ok(
                DeploymentView.ExplanationView.of(api.choosing().deployments().explain(yaml(request))));
    }

    private Reply apply(Request request) {
        var run = api.choosing().deployments().apply(yaml(request), WHO);
        return Reply.json(201, DeploymentView.RunView.of(run)).with("location", "/api/v1/deployments/" + run.id());
    }

    private static String yaml(Request request) {
        var body = request.json(DeploymentBody.class);
        if (body.yaml() == null || body.yaml().isBlank()) {
            throw EdgewrightException.caller("FIELD_INVALID", "field 'yaml': it must hold a deployment file");
        }
        return body.yaml();
    }

    private Reply deployments(Request request) {
        return Reply.ok(Page.of(api.choosing().deployments().list(limit(request)).stream()
                .map(DeploymentView.RunView::of)
                .toList()));
    }

    private Reply deployment(Request request) {
        String id = request.path("id");
        return Reply.ok(DeploymentView.RunView.of(api.choosing()
                .deployments()
                .get(id)
                .orElseThrow(() -> EdgewrightException.caller(
                        "DEPLOYMENT_NOT_FOUND",
                        "there is no deployment '" + id + "'; GET /api/v1/deployments lists them"))));
    }

    private Reply trials(Request request) {
        return Reply.ok(Page.of(api.choosing().trials().list(limit(request)).stream()
                .map(this::view)
                .toList()));
    }

    private Reply trial(Request request) {
        String id = request.path("id");
        return Reply.ok(view(api.choosing()
                .trials()
                .get(id)
                .orElseThrow(() -> EdgewrightException.caller(
                        "TRIAL_NOT_FOUND", "there is no trial '" + id + "'; GET /api/v1/trials lists them"))));
    }

    private TrialView view(Trial trial) {
        return TrialView.of(
                trial,
                this::variantName,
                candidate -> api.choosing().knowledge().trials(trial.deviceClass(), candidate));
    }

    private String variantName(Digest manifest) {
        return api.catalog().variant(manifest).map(v -> v.name()).orElse(manifest.shortHex());
    }

    private Reply decisions(Request request) {
        var id = DeviceId.of(request.path("id"));
        if (api.fleet().get(id).isEmpty()) {
            throw EdgewrightException.caller(
                    "DEVICE_NOT_FOUND", "there is no device '" + id + "'; GET /api/v1/devices lists them");
        }
        return Reply.ok(Page.of(api.choosing().decisions().of(id).stream()
                .map(ChoiceView.DecisionView::of)
                .toList()));
    }

    private Reply classes(Request request) {
        var byClass = new TreeMap<String, List<Device>>();
        for (Device device : api.fleet().matching(DeviceQuery.all())) {
            if (device.introduced()) {
                byClass.computeIfAbsent(api.choosing().classes().of(device), k -> new ArrayList<>())
                        .add(device);
            }
        }
        var views = new ArrayList<ClassBody>();
        byClass.forEach((name, members) -> {
            var conditions = EnumSet.noneOf(DeviceCondition.class);
            members.forEach(d -> conditions.addAll(DeviceCondition.of(
                    d,
                    api.telemetry()
                            .latest(d.id())
                            .map(DeviceSummary::temperatureCelsius)
                            .orElse(0.0))));
            views.add(new ClassBody(
                    name,
                    members.get(0).hardwareClass().value(),
                    members.size(),
                    (int) members.stream().filter(Device::online).count(),
                    conditions.stream().map(Enum::name).toList()));
        });
        return Reply.ok(Page.of(views));
    }

    /** Predicted against measured, for every class and variant that have both. */
    private Reply predictions(Request request) {
        var models = request.query("model")
                .map(name -> List.of(api.catalog().requireModel(ModelName.of(name))))
                .orElseGet(() -> api.catalog().models());
        var firsts = new TreeMap<String, Device>();
        for (Device device : api.fleet().matching(DeviceQuery.all())) {
            if (device.introduced()) {
                firsts.putIfAbsent(api.choosing().classes().of(device), device);
            }
        }
        var all = new ArrayList<ChoiceView.PredictionView>();
        for (Model model : models) {
            String version = model.latest().version();
            firsts.forEach((name, device) ->
                    api
                            .selection()
                            .select(model.name(), version, device, "auto", Requirement.NONE)
                            .candidates()
                            .stream()
                            .map(CatalogSelection::line)
                            .map(line -> ChoiceView.PredictionView.of(
                                    name, model.name().value(), version, line))
                            .filter(Objects::nonNull)
                            .forEach(all::add));
        }
        return Reply.ok(Page.of(all));
    }

    private static int limit(Request request) {
        return request.wholeNumber("limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
    }

    /** Schema {@code DeploymentFile}. */
    record DeploymentBody(String yaml) {}

    /** Schema {@code DeviceClass}. */
    record ClassBody(
            @JsonProperty("class") String name, String hardware, int devices, int online, List<String> conditions) {
        ClassBody {
            Optional.ofNullable(name).orElseThrow();
        }
    }
}
