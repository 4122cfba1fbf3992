package dev.edgewright.controller.http;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.http.view.DeviceView;
import dev.edgewright.controller.http.view.Page;
import io.vertx.core.http.HttpMethod;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** {@code /api/v1/devices}. */
final class DeviceRoutes {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;

    private final ControllerApi api;
    private final DeviceView.Reasons reasons;

    DeviceRoutes(ControllerApi api, DeviceView.Reasons reasons) {
        this.api = api;
        this.reasons = reasons;
    }

    void on(Mount mount) {
        mount.get("/api/v1/devices", Set.of("query", "limit", "after"), this::list);
        mount.get("/api/v1/devices/:id", Set.of(), this::show);
        mount.json(HttpMethod.PATCH, "/api/v1/devices/:id", this::label);
        mount.delete("/api/v1/devices/:id", this::forget);
    }

    private Reply list(Request request) {
        var page = api.fleet()
                .list(
                        request.query("query"),
                        request.wholeNumber("limit", DEFAULT_LIMIT, 1, MAX_LIMIT),
                        request.query("after").map(DeviceId::of));
        return Reply.ok(new Page<>(
                page.items().stream().map(device -> view(device, false)).toList(),
                page.next().map(DeviceId::value).orElse(null)));
    }

    private Reply show(Request request) {
        return Reply.ok(view(require(request), true));
    }

    private Reply label(Request request) {
        var device = require(request);
        var patch = request.json(LabelPatch.class);
        if (patch.labels() == null) {
            throw EdgewrightException.caller("FIELD_INVALID", "field 'labels': it must be an object of labels");
        }
        var labels = new TreeMap<>(device.operatorLabels());
        patch.labels().forEach((key, value) -> {
            if (value == null) {
                labels.remove(key);
            } else {
                labels.put(key, value);
            }
        });
        request.was("labels " + new TreeMap<>(device.operatorLabels()));
        request.is("labels " + labels);
        return Reply.ok(view(api.fleet().setLabels(device.id(), labels), true));
    }

    private Reply forget(Request request) {
        var id = DeviceId.of(request.path("id"));
        request.was("known");
        api.fleet().remove(id);
        request.is("forgotten");
        api.telemetry().forget(id);
        return Reply.noContent();
    }

    private Device require(Request request) {
        var id = DeviceId.of(request.path("id"));
        return api.fleet()
                .get(id)
                .orElseThrow(() -> EdgewrightException.caller(
                        "DEVICE_NOT_FOUND", "there is no device '" + id + "'; GET /api/v1/devices lists them"));
    }

    private DeviceView view(Device device, boolean withProbes) {
        return DeviceView.of(device, api.telemetry().latest(device.id()), reasons, withProbes);
    }

    /** Schema {@code DevicePatch}. */
    record LabelPatch(Map<String, String> labels) {}
}
