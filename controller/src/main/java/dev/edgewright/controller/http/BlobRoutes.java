package dev.edgewright.controller.http;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** {@code /api/v1/blobs}: whole blobs with ranges straight from the file, and single chunks as they go over MQTT. */
final class BlobRoutes {
    private static final String IMMUTABLE = "public, max-age=31536000, immutable";
    private static final int MAX_INDEX_DIGITS = 6;

    private final ControllerApi api;
    private final Mount mount;

    BlobRoutes(ControllerApi api, Mount mount) {
        this.api = api;
        this.mount = mount;
    }

    void on() {
        mount.raw(HttpMethod.GET, "/api/v1/blobs/:digest").handler(this::blob);
        mount.get("/api/v1/blobs/:digest/chunks/:index", Set.of(), this::chunk);
    }

    /** Where a blob lies and how large it is. */
    private record Found(Path file, long size) {}

    private void blob(RoutingContext context) {
        var request = new Request(context);
        mount.onWorker(() -> {
                    request.only(Set.of());
                    var digest = digest(request);
                    return new Found(
                            api.blobs().path(digest).orElseThrow(() -> noBlob(digest)),
                            api.blobs().size(digest).orElseThrow(() -> noBlob(digest)));
                })
                .onFailure(failure -> Mount.write(context, Reply.problem(Mount.problem(context, failure))))
                .onSuccess(found -> send(context, request.header("range"), found));
    }

    private static void send(RoutingContext context, Optional<String> range, Found found) {
        var response = context.response();
        var asked = ByteRange.parse(range, found.size());
        if (asked instanceof ByteRange.Asked.Unsatisfiable) {
            var problem = Problem.of(416, "RANGE_UNSATISFIABLE", "the blob has " + found.size() + " bytes", null);
            Mount.write(context, Reply.problem(problem).with("content-range", "bytes */" + found.size()));
            return;
        }
        response.putHeader("content-type", "application/octet-stream")
                .putHeader("content-encoding", "identity")
                .putHeader("accept-ranges", "bytes")
                .putHeader("cache-control", IMMUTABLE)
                .putHeader("etag", '"' + context.pathParam("digest") + '"');
        long first = 0;
        long length = found.size();
        if (asked instanceof ByteRange.Asked.Part part) {
            first = part.range().first();
            length = part.range().length();
            response.setStatusCode(206)
                    .putHeader(
                            "content-range",
                            "bytes " + first + "-" + part.range().last() + "/" + found.size());
        }
        if (length == 0) {
            response.end();
            return;
        }
        response.sendFile(found.file().toString(), first, length).onFailure(failure -> {
            if (!response.headWritten()) {
                Mount.write(context, Reply.problem(Mount.problem(context, failure)));
            }
        });
    }

    private Reply chunk(Request request) {
        var digest = digest(request);
        var index = request.path("index");
        if (!index.matches("\\d{1," + MAX_INDEX_DIGITS + "}")) {
            throw EdgewrightException.caller("CHUNK_INVALID", "'" + index + "' is no number of a chunk");
        }
        return Reply.bytes("application/zstd", api.blobs().openChunk(digest, Integer.parseInt(index)))
                .with("content-encoding", "identity")
                .with("cache-control", IMMUTABLE);
    }

    private static Digest digest(Request request) {
        var text = request.path("digest");
        if (!Digest.isHex(text)) {
            throw EdgewrightException.caller(
                    "DIGEST_INVALID", "'" + text + "' is no digest; give 64 lower-case hex digits");
        }
        return Digest.ofHex(text);
    }

    private static EdgewrightException noBlob(Digest digest) {
        return EdgewrightException.caller("BLOB_NOT_FOUND", "there is no blob " + digest.hex());
    }
}
