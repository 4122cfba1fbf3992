package dev.edgewright.controller.http;

import dev.edgewright.common.error.EdgewrightException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts endpoints on the router: body limit, worker pool, and one place where exceptions become problems. */
final class Mount {
    private static final Logger LOG = LoggerFactory.getLogger(Mount.class);
    static final long MAX_JSON_BYTES = 1 << 20;

    private final Vertx vertx;
    private final Router router;
    private final WorkerExecutor workers;
    private final Audited audited;

    Mount(Vertx vertx, Router router, WorkerExecutor workers, Audited audited) {
        this.audited = audited;
        this.vertx = vertx;
        this.router = router;
        this.workers = workers;
    }

    Vertx vertx() {
        return vertx;
    }

    Router router() {
        return router;
    }

    void get(String path, Set<String> parameters, Endpoint endpoint) {
        router.get(path).handler(context -> onWorker(context, parameters, endpoint));
    }

    void delete(String path, Endpoint endpoint) {
        router.delete(path).handler(context -> onWorker(context, Set.of(), endpoint));
    }

    /** A route with a JSON body of at most 1 MiB. */
    void json(HttpMethod method, String path, Endpoint endpoint) {
        router.route(method, path)
                .handler(BodyHandler.create(false).setBodyLimit(MAX_JSON_BYTES))
                .handler(context -> onWorker(context, Set.of(), endpoint));
    }

    /** A route that reads the body itself or answers in its own way, on the event loop. */
    Route raw(HttpMethod method, String path) {
        return router.route(method, path);
    }

    private void onWorker(RoutingContext context, Set<String> parameters, Endpoint endpoint) {
        var request = new Request(context);
        answer(context, onWorker(() -> endpoint.answer(request.only(parameters))));
    }

    <T> Future<T> onWorker(java.util.concurrent.Callable<T> work) {
        return workers.executeBlocking(work, false);
    }

    /** Writes the reply, or the problem that took its place; what changes something is in the audit log by then. */
    void answer(RoutingContext context, Future<Reply> reply) {
        var noted = Audited.changes(context) ? reply.transform(done -> noted(context, done)) : reply;
        noted.onComplete(done -> {
            if (done.succeeded()) {
                write(context, done.result());
            } else {
                write(context, Reply.problem(problem(context, done.cause())));
            }
        });
    }

    private Future<Reply> noted(RoutingContext context, io.vertx.core.AsyncResult<Reply> done) {
        return onWorker(() -> {
                    audited.append(context, done.result(), done.cause());
                    return null;
                })
                .transform(written -> {
                    if (written.failed()) {
                        LOG.atError()
                                .addKeyValue("path", context.request().path())
                                .setCause(written.cause())
                                .log("the audit log could not be written");
                    }
                    return done.succeeded() ? Future.succeededFuture(done.result()) : Future.failedFuture(done.cause());
                });
    }

    static Problem problem(RoutingContext context, Throwable failure) {
        var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof EdgewrightException known && known.kind() != EdgewrightException.Kind.BUG) {
            return Problem.of(known);
        }
        var incident = UUID.randomUUID().toString();
        LOG.atError()
                .addKeyValue("incident", incident)
                .addKeyValue("method", context.request().method())
                .addKeyValue("path", context.request().path())
                .setCause(cause)
                .log("request failed");
        return Problem.internal(incident);
    }

    static void write(RoutingContext context, Reply reply) {
        var response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(reply.status());
        if (reply.contentType() != null) {
            response.putHeader("content-type", reply.contentType());
        }
        reply.headers().forEach(response::putHeader);
        response.end(reply.body());
    }
}
