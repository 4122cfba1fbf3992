package dev.edgewright.controller.http;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.RolloutId;
import dev.edgewright.controller.http.view.Page;
import dev.edgewright.controller.http.view.RolloutBody;
import dev.edgewright.controller.http.view.RolloutView;
import dev.edgewright.controller.rollout.HistoryEntry;
import dev.edgewright.controller.rollout.RolloutDetail;
import io.vertx.core.http.HttpMethod;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/** {@code /api/v1/rollouts}. */
final class RolloutRoutes {
    private static final int DEFAULT_LIMIT = 50;
    private static final int MAX_LIMIT = 500;

    private final ControllerApi api;

    RolloutRoutes(ControllerApi api) {
        this.api = api;
    }

    void on(Mount mount) {
        mount.get("/api/v1/rollouts", Set.of("limit"), this::list);
        mount.json(HttpMethod.POST, "/api/v1/rollouts", this::create);
        mount.get("/api/v1/rollouts/:id", Set.of("devices"), this::show);
        mount.json(
                HttpMethod.POST,
                "/api/v1/rollouts/:id/pause",
                request -> noted(request, () -> api.rollouts().pause(id(request), request.who())));
        mount.json(HttpMethod.POST, "/api/v1/rollouts/:id/resume", this::resume);
        mount.json(
                HttpMethod.POST,
                "/api/v1/rollouts/:id/approve",
                request -> noted(request, () -> api.rollouts().approve(id(request), request.who())));
        mount.json(HttpMethod.POST, "/api/v1/rollouts/:id/abort", this::abort);
    }

    private Reply list(Request request) {
        int limit = request.wholeNumber("limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
        return Reply.ok(Page.of(api.rollouts().list(limit).stream()
                .map(rollout -> api.rollouts().get(rollout.id()).orElse(null))
                .filter(Objects::nonNull)
                .map(detail -> RolloutView.of(detail, RolloutView.Depth.LIST))
                .toList()));
    }

    private Reply create(Request request) {
        var detail = api.rollouts().create(request.json(RolloutBody.class).toRequest(request.who()));
        request.is(detail.rollout().state() + ", " + detail.targets().size() + " devices of "
                + detail.rollout().request().model());
        return Reply.json(201, RolloutView.of(detail, RolloutView.Depth.WHOLE))
                .with("location", "/api/v1/rollouts/" + detail.rollout().id());
    }

    private Reply abort(Request request) {
        boolean revert = request.hasBody()
                && Boolean.TRUE.equals(request.json(AbortBody.class).revert());
        return noted(request, () -> api.rollouts().abort(id(request), revert, request.who()));
    }

    /** With the verdicts that were accepted, for the audit log. */
    private Reply resume(Request request) {
        int known = api.rollouts()
                .get(id(request))
                .map(before -> {
                    request.was(
                            before.rollout().state() + ": " + before.rollout().reason());
                    return before.history().size();
                })
                .orElse(0);
        var after = api.rollouts().resume(id(request), request.who());
        var accepted = after.history().stream()
                .skip(known)
                .filter(entry -> entry.kind().equals("accepted"))
                .map(HistoryEntry::words)
                .toList();
        request.is(after.rollout().state() + (accepted.isEmpty() ? "" : ": " + String.join("; ", accepted)));
        return whole(after);
    }

    /** A change of state, with the state before and after for the audit log. */
    private Reply noted(Request request, Supplier<RolloutDetail> change) {
        api.rollouts()
                .get(id(request))
                .ifPresent(before -> request.was(before.rollout().state().name()));
        var after = change.get();
        request.is(after.rollout().state().name());
        return whole(after);
    }

    private RolloutDetail require(Request request) {
        var id = id(request);
        return api.rollouts()
                .get(id)
                .orElseThrow(() -> EdgewrightException.caller(
                        "ROLLOUT_NOT_FOUND", "there is no rollout '" + id + "'; GET /api/v1/rollouts lists them"));
    }

    private Reply show(Request request) {
        int devices = request.wholeNumber("devices", Integer.MAX_VALUE, 0, Integer.MAX_VALUE);
        return Reply.ok(RolloutView.of(require(request), RolloutView.Depth.WHOLE, devices));
    }

    private static RolloutId id(Request request) {
        return RolloutId.of(request.path("id"));
    }

    private static Reply whole(RolloutDetail detail) {
        return Reply.ok(RolloutView.of(detail, RolloutView.Depth.WHOLE));
    }

    /** Schema {@code AbortRequest}. */
    record AbortBody(Boolean revert) {}
}
