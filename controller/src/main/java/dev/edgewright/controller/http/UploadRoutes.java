package dev.edgewright.controller.http;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.controller.http.view.ModelView;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The two routes whose bodies are too large for memory: an ONNX file, and a zip of data. */
final class UploadRoutes {
    private static final Set<String> AUTO_OR_NONE = Set.of("auto", "none");

    private final ControllerApi api;
    private final HttpSettings settings;
    private final Upload upload;
    private final Mount mount;

    UploadRoutes(ControllerApi api, HttpSettings settings, Upload upload, Mount mount) {
        this.api = api;
        this.settings = settings;
        this.upload = upload;
        this.mount = mount;
    }

    void on() {
        mount.raw(HttpMethod.POST, "/api/v1/models/:name")
                .handler(context -> receive(
                        context,
                        Set.of("version", "variants"),
                        "application/octet-stream",
                        settings.maxModelBytes(),
                        this::importModel));
        mount.raw(HttpMethod.PUT, "/api/v1/models/:name/data")
                .handler(context -> receive(
                        context, Set.of("variants"), "application/zip", settings.maxDataBytes(), this::putData));
    }

    /** What to do with a received file, on a worker thread. */
    @FunctionalInterface
    private interface Received {
        Reply take(Request request, Path file) throws Exception;
    }

    private void receive(RoutingContext context, Set<String> parameters, String type, long maxBytes, Received then) {
        var request = new Request(context);
        Future<Path> file;
        try {
            request.only(parameters);
            ModelName.of(request.path("name"));
            request.oneOf("variants", "auto", AUTO_OR_NONE);
            requireType(request, type);
            file = upload.receive(context.request(), maxBytes);
        } catch (EdgewrightException e) {
            file = Future.failedFuture(e);
        }
        mount.answer(
                context,
                file.compose(path -> mount.onWorker(() -> {
                            try {
                                return then.take(request, path);
                            } finally {
                                Files.deleteIfExists(path);
                            }
                        }))
                        .onFailure(failure -> {
                            // the rest of the body is of no use any more
                            if (!context.request().isEnded()) {
                                context.response().putHeader("connection", "close");
                                context.request().resume();
                            }
                        }));
    }

    private Reply importModel(Request request, Path file) {
        var name = ModelName.of(request.path("name"));
        api.catalog().importModel(name, request.query("version"), file);
        return reply(201, request, name).with("location", "/api/v1/models/" + name);
    }

    private Reply putData(Request request, Path file) throws java.io.IOException {
        var name = ModelName.of(request.path("name"));
        try (var zip = Files.newInputStream(file)) {
            api.catalog().putData(name, zip);
        }
        return reply(200, request, name);
    }

    private Reply reply(int status, Request request, ModelName name) {
        var model = ModelView.of(api.catalog().requireModel(name));
        boolean wanted = request.oneOf("variants", "auto", AUTO_OR_NONE).equals("auto");
        if (wanted && model.dataPresent()) {
            model = model.withJob(
                    api.jobs().submit(name, request.query("version"), List.of()).id());
        }
        return Reply.json(status, model);
    }

    private static void requireType(Request request, String type) {
        var given = request.header("content-type").orElse("").split(";", 2)[0].trim();
        if (!given.equalsIgnoreCase(type)) {
            throw EdgewrightException.caller(
                    "CONTENT_TYPE_UNSUPPORTED",
                    "the content type is '" + given + "'; send the file as the body with Content-Type: " + type);
        }
    }
}
