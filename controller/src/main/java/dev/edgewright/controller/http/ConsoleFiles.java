package dev.edgewright.controller.http;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/** The console's few files and the OpenAPI document, read once from the class path; nothing else is ever served. */
final class ConsoleFiles {
    private static final String UPLOT_FACTS = "META-INF/maven/org.webjars.npm/uplot/pom.properties";

    /** @param tag changes with the content */
    private record File(String contentType, byte[] content, String tag) {}

    private final Map<String, File> files = new LinkedHashMap<>();

    ConsoleFiles() {
        load("/", "text/html; charset=utf-8", "web/index.html");
        load("/web/console.js", "text/javascript; charset=utf-8", "web/console.js");
        load("/web/console.css", "text/css; charset=utf-8", "web/console.css");
        load("/web/icon.svg", "image/svg+xml", "web/icon.svg");
        var uPlot = "META-INF/resources/webjars/uplot/" + uPlotVersion() + "/dist/";
        load("/web/uPlot.iife.min.js", "text/javascript; charset=utf-8", uPlot + "uPlot.iife.min.js");
        load("/web/uPlot.min.css", "text/css; charset=utf-8", uPlot + "uPlot.min.css");
        load("/openapi.yaml", "application/yaml", "openapi.yaml");
    }

    void on(Mount mount) {
        mount.router().get("/").handler(context -> Mount.write(context, reply(context, "/")));
        mount.router().get("/openapi.yaml").handler(context -> Mount.write(context, reply(context, "/openapi.yaml")));
        mount.router()
                .get("/web/:file")
                .handler(context -> Mount.write(context, reply(context, "/web/" + context.pathParam("file"))));
    }

    private Reply reply(RoutingContext context, String path) {
        var file = files.get(path);
        if (file == null) {
            return Reply.problem(Problem.of(404, "PATH_NOT_FOUND", "there is no " + path, null));
        }
        if (file.tag().equals(context.request().getHeader("if-none-match"))) {
            return new Reply(304, null, Buffer.buffer(), Map.of());
        }
        return Reply.bytes(file.contentType(), file.content())
                .with("etag", file.tag())
                .with("cache-control", "no-cache");
    }

    /** The build says which version there is; its files lie in a folder of that name. */
    private static String uPlotVersion() {
        var facts = new Properties();
        try (var in = resource(UPLOT_FACTS)) {
            facts.load(in);
        } catch (IOException e) {
            throw EdgewrightException.bug("RESOURCE_MISSING", "cannot read " + UPLOT_FACTS, e);
        }
        return facts.getProperty("version");
    }

    private void load(String path, String contentType, String name) {
        try (var in = resource(name)) {
            var content = in.readAllBytes();
            files.put(
                    path,
                    new File(contentType, content, '"' + Digest.of(content).shortHex() + '"'));
        } catch (IOException e) {
            throw EdgewrightException.bug("RESOURCE_MISSING", "cannot read " + name, e);
        }
    }

    private static InputStream resource(String name) {
        var in = ConsoleFiles.class.getClassLoader().getResourceAsStream(name);
        if (in == null) {
            throw EdgewrightException.bug("RESOURCE_MISSING", name + " is not on the class path");
        }
        return in;
    }
}
