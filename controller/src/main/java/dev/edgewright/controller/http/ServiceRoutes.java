package dev.edgewright.controller.http;

import dev.edgewright.controller.http.view.HealthView;
import io.vertx.core.buffer.Buffer;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Facts, health and metrics of the controller itself. */
final class ServiceRoutes {
    private final ControllerApi api;

    ServiceRoutes(ControllerApi api) {
        this.api = api;
    }

    void on(Mount mount) {
        mount.get("/api/v1/info", Set.of(), request -> Reply.ok(api.info().get()));
        mount.get("/healthz", Set.of(), request -> Reply.ok(new HealthView("up", Map.of("process", "ok"))));
        mount.get("/readyz", Set.of(), request -> ready());
        mount.router()
                .get("/metrics")
                .handler(context -> mount.answer(context, mount.onWorker(() -> {
                    var scraped = api.scrape().scrape(context.request().getHeader("accept"));
                    return new Reply(200, scraped.contentType(), Buffer.buffer(scraped.body()), Map.of());
                })));
    }

    private Reply ready() {
        var checks = new TreeMap<String, String>();
        boolean up = true;
        for (var check : api.checks().entrySet()) {
            var wrong = check.getValue().get();
            up &= wrong.isEmpty();
            checks.put(check.getKey(), wrong.isEmpty() ? "ok" : wrong);
        }
        return Reply.json(up ? 200 : 503, new HealthView(up ? "up" : "down", checks));
    }
}
