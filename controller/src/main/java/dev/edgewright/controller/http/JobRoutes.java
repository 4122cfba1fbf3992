package dev.edgewright.controller.http;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.controller.http.view.JobView;
import dev.edgewright.controller.http.view.Page;
import io.vertx.core.http.HttpMethod;
import java.util.Set;

/** {@code /api/v1/jobs}. */
final class JobRoutes {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;

    private final ControllerApi api;

    JobRoutes(ControllerApi api) {
        this.api = api;
    }

    void on(Mount mount) {
        mount.get(
                "/api/v1/jobs",
                Set.of("limit"),
                request -> Reply.ok(
                        Page.of(api.jobs().list(request.wholeNumber("limit", DEFAULT_LIMIT, 1, MAX_LIMIT)).stream()
                                .map(JobView::of)
                                .toList())));
        mount.get("/api/v1/jobs/:id", Set.of(), this::show);
        mount.json(
                HttpMethod.POST,
                "/api/v1/jobs/:id/cancel",
                request -> Reply.ok(JobView.of(api.jobs().cancel(request.path("id")))));
    }

    private Reply show(Request request) {
        var id = request.path("id");
        return Reply.ok(JobView.of(api.jobs()
                .get(id)
                .orElseThrow(() -> EdgewrightException.caller(
                        "JOB_NOT_FOUND", "there is no job '" + id + "'; GET /api/v1/jobs lists them"))));
    }
}
