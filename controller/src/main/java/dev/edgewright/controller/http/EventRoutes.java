package dev.edgewright.controller.http;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.controller.audit.AuditLog;
import dev.edgewright.controller.events.Delivery;
import dev.edgewright.controller.http.view.AuditView;
import dev.edgewright.controller.http.view.EventView;
import dev.edgewright.controller.http.view.Page;
import dev.edgewright.controller.http.view.WebhookView;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code /api/v1/events/log}, {@code /api/v1/webhooks} and {@code /api/v1/audit}: what happened, who is told, who did it. */
final class EventRoutes {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;

    private final ControllerApi api;

    EventRoutes(ControllerApi api) {
        this.api = api;
    }

    void on(Mount mount) {
        mount.get("/api/v1/events/log", Set.of("after", "limit"), this::events);
        mount.get(
                "/api/v1/webhooks",
                Set.of(),
                request -> Reply.ok(Page.of(api.webhooks().list().stream()
                        .map(w -> WebhookView.of(w, false))
                        .toList())));
        mount.json(HttpMethod.POST, "/api/v1/webhooks", this::create);
        mount.get(
                "/api/v1/webhooks/:id",
                Set.of(),
                request -> Reply.ok(WebhookView.of(api.webhooks().require(request.path("id")), false)));
        mount.delete("/api/v1/webhooks/:id", request -> {
            api.webhooks().remove(request.path("id"));
            return Reply.noContent();
        });
        mount.json(
                HttpMethod.POST,
                "/api/v1/webhooks/:id/test",
                request -> Reply.json(202, EventView.of(api.webhooks().test(request.path("id"), request.who()))));
        mount.get("/api/v1/webhooks/:id/deliveries", Set.of("state", "limit"), this::deliveries);
        mount.json(
                HttpMethod.POST,
                "/api/v1/webhooks/:id/deliveries/:event/retry",
                request -> Reply.ok(WebhookView.DeliveryView.of(
                        api.webhooks().retry(request.path("id"), event(request.path("event"))))));
        mount.get("/api/v1/audit", Set.of("actor", "action", "object", "before", "limit"), this::audit);
    }

    private Reply events(Request request) {
        int limit = request.wholeNumber("limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
        var found = request.query("after").isPresent()
                ? api.events().after(request.wholeNumber("after", 0, 0, Integer.MAX_VALUE), limit)
                : api.events().newest(limit);
        return Reply.ok(Page.of(found.stream().map(EventView::of).toList()));
    }

    private Reply create(Request request) {
        var body = request.json(WebhookView.Body.class);
        if (body.url() == null) {
            throw EdgewrightException.caller("FIELD_INVALID", "field 'url': it must say where to send events");
        }
        var webhook = api.webhooks()
                .create(
                        body.url(),
                        Optional.ofNullable(body.secret()),
                        body.kinds() == null ? List.of() : body.kinds(),
                        request.who());
        request.is(webhook.url().getScheme() + "://" + webhook.url().getAuthority());
        return Reply.json(201, WebhookView.of(webhook, true)).with("location", "/api/v1/webhooks/" + webhook.id());
    }

    private Reply deliveries(Request request) {
        var state = request.query("state")
                .map(s -> Delivery.State.valueOf(request.oneOf("state", "", Set.of("PENDING", "DELIVERED", "DEAD"))));
        return Reply.ok(Page.of(api
                .webhooks()
                .deliveries(request.path("id"), state, request.wholeNumber("limit", DEFAULT_LIMIT, 1, MAX_LIMIT))
                .stream()
                .map(WebhookView.DeliveryView::of)
                .toList()));
    }

    private Reply audit(Request request) {
        var filter = new AuditLog.Filter(request.query("actor"), request.query("action"), request.query("object"));
        return Reply.ok(Page.of(api
                .audit()
                .list(
                        filter,
                        request.wholeNumber("before", 0, 0, Integer.MAX_VALUE),
                        request.wholeNumber("limit", DEFAULT_LIMIT, 1, MAX_LIMIT))
                .stream()
                .map(AuditView::of)
                .toList()));
    }

    private static long event(String id) {
        var digits = id.startsWith("ev-") ? id.substring(3) : id;
        if (!digits.matches("\\d{1,18}")) {
            throw EdgewrightException.caller("EVENT_ID_INVALID", "'" + id + "' is no id of an event such as ev-12");
        }
        return Long.parseLong(digits);
    }
}
