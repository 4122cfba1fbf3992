package dev.edgewright.controller.http;

import dev.edgewright.common.error.EdgewrightException;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server. Layers, outermost first: {@link BrowserGuard}, routes ({@link Mount} puts them on a worker pool and turns
 * exceptions into problems), the domain. What no route takes is a problem as well.
 */
public final class HttpEdge implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpEdge.class);
    private static final int MAX_HEADER_BYTES = 16 * 1024;
    private static final int IDLE_SECONDS = 120;
    private static final long TIMEOUT_SECONDS = 20;

    private final HttpServer server;
    private final WorkerExecutor workers;
    private final EventStream events;
    private final EventLogStream log;
    private final Router router;

    private HttpEdge(HttpServer server, WorkerExecutor workers, EventStream events, EventLogStream log, Router router) {
        this.log = log;
        this.server = server;
        this.workers = workers;
        this.events = events;
        this.router = router;
    }

    /**
     * Starts to listen, and returns when it does.
     *
     * @throws EdgewrightException HTTP_START_FAILED, for example when the port is taken
     */
    public static HttpEdge start(Vertx vertx, HttpSettings settings, ControllerApi api, Clock clock) {
        var workers = vertx.createSharedWorkerExecutor("http-worker", settings.workers());
        var router = Router.router(vertx);
        var mount = new Mount(vertx, router, workers, new Audited(api.audit(), clock));
        var reasons = new Reasons(api.rollouts());
        router.route().handler(new BrowserGuard(settings.host()));
        var events = new EventStream(mount, new Snapshots(api, reasons), settings.maxStreams(), clock);
        new ServiceRoutes(api).on(mount);
        new DeviceRoutes(api, reasons).on(mount);
        new ModelRoutes(api).on(mount);
        new UploadRoutes(api, settings, new Upload(vertx, settings.uploads()), mount).on();
        new RolloutRoutes(api).on(mount);
        new ChoosingRoutes(api).on(mount);
        new JobRoutes(api).on(mount);
        new BlobRoutes(api, mount).on();
        new EventRoutes(api).on(mount);
        router.get("/api/v1/events").handler(events::open);
        var log = new EventLogStream(mount, api.events(), settings.maxStreams());
        router.get("/api/v1/events/stream").handler(log::open);
        new ConsoleFiles().on(mount);
        for (int status : List.of(400, 404, 405, 413, 500)) {
            router.errorHandler(status, context -> failed(context, status));
        }
        var options = new HttpServerOptions()
                .setHost(settings.host())
                .setPort(settings.port())
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setIdleTimeout(IDLE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setCompressionSupported(true);
        var server = vertx.createHttpServer(options).requestHandler(router);
        try {
            server.listen().toCompletionStage().toCompletableFuture().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw startFailed(settings, e);
        } catch (ExecutionException | TimeoutException e) {
            throw startFailed(settings, e);
        }
        LOG.atInfo()
                .addKeyValue("url", "http://" + settings.host() + ":" + server.actualPort())
                .log("HTTP listens");
        return new HttpEdge(server, workers, events, log, router);
    }

    private static EdgewrightException startFailed(HttpSettings settings, Exception cause) {
        return EdgewrightException.resource(
                "HTTP_START_FAILED",
                "HTTP did not start on " + settings.host() + ":" + settings.port() + "; is the port free?",
                cause);
    }

    /** What no route took, or what failed before one. */
    private static void failed(RoutingContext context, int status) {
        var request = context.request();
        var problem = switch (status) {
            case 404 ->
                Problem.of(404, "PATH_NOT_FOUND", "there is no " + request.path(), "/openapi.yaml lists what there is");
            case 405 ->
                Problem.of(405, "METHOD_NOT_ALLOWED", request.path() + " does not take " + request.method(), null);
            case 413 ->
                Problem.of(413, "BODY_TOO_LARGE", "the body is larger than " + Mount.MAX_JSON_BYTES + " bytes", null);
            case 400 -> Problem.of(400, "REQUEST_INVALID", "the request cannot be read", null);
            default -> Mount.problem(context, context.failure());
        };
        Mount.write(context, Reply.problem(problem));
    }

    public int port() {
        return server.actualPort();
    }

    /** Method and path template of every route, for the test that holds the OpenAPI document against the server. */
    List<String> routes() {
        return router.getRoutes().stream()
                .filter(route -> route.getPath() != null && route.methods() != null)
                .flatMap(route -> route.methods().stream().map(method -> method + " " + route.getPath()))
                .distinct()
                .toList();
    }

    @Override
    public void close() {
        events.close();
        log.close();
        try {
            server.shutdown(1, TimeUnit.SECONDS)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            workers.close().toCompletionStage().toCompletableFuture().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.atWarn().setCause(e).log("HTTP did not stop in time");
        }
    }
}
