package dev.edgewright.controller.http;

import dev.edgewright.common.error.EdgewrightException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** Streams a request body into a file of its own, never more of it in memory than the socket's buffers. */
final class Upload {
    private final Vertx vertx;
    private final Path folder;

    /** @param folder is emptied: what lies there was left by uploads that a stop cut off */
    Upload(Vertx vertx, Path folder) {
        this.vertx = vertx;
        this.folder = folder;
        try {
            Files.createDirectories(folder);
            try (var left = Files.list(folder)) {
                for (var file : (Iterable<Path>) left::iterator) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Receives the whole body. The caller deletes the file.
     *
     * @return fails with BODY_TOO_LARGE, BODY_EMPTY, UPLOAD_CUT_OFF; or the disk's error. No file is left then
     */
    Future<Path> receive(HttpServerRequest request, long maxBytes) {
        var announced = request.getHeader("content-length");
        if (announced != null && announced.length() < 19 && Long.parseLong(announced) > maxBytes) {
            return Future.failedFuture(tooLarge(maxBytes));
        }
        request.pause();
        var file = folder.resolve(UUID.randomUUID() + ".part");
        return vertx.fileSystem()
                .open(file.toString(), new OpenOptions().setCreateNew(true).setWrite(true))
                .compose(sink -> copy(request, sink, maxBytes))
                .compose(bytes -> bytes == 0 ? Future.<Path>failedFuture(empty()) : Future.succeededFuture(file))
                .recover(failure -> vertx.fileSystem()
                        .delete(file.toString())
                        .transform(ignored -> Future.<Path>failedFuture(known(failure))));
    }

    private static Future<Long> copy(HttpServerRequest request, AsyncFile sink, long maxBytes) {
        Promise<Long> done = Promise.promise();
        var received = new long[1];
        request.handler((Buffer part) -> {
            received[0] += part.length();
            if (received[0] > maxBytes) {
                done.tryFail(tooLarge(maxBytes));
                return;
            }
            sink.write(part).onFailure(done::tryFail);
            if (sink.writeQueueFull()) {
                request.pause();
                sink.drainHandler(ignored -> request.resume());
            }
        });
        request.exceptionHandler(failure -> done.tryFail(EdgewrightException.caller(
                "UPLOAD_CUT_OFF", "the connection closed before the body was complete", failure)));
        request.endHandler(ignored -> done.tryComplete(received[0]));
        request.resume();
        return done.future()
                .compose(
                        bytes -> sink.close().map(bytes),
                        failure -> sink.close().transform(ignored -> Future.failedFuture(failure)));
    }

    private static Throwable known(Throwable failure) {
        return failure instanceof EdgewrightException
                ? failure
                : EdgewrightException.resource(
                        "UPLOAD_DISK", "cannot keep the upload: " + failure.getMessage(), failure);
    }

    private static EdgewrightException tooLarge(long maxBytes) {
        return EdgewrightException.caller("BODY_TOO_LARGE", "the body is larger than " + maxBytes + " bytes");
    }

    private static EdgewrightException empty() {
        return EdgewrightException.caller("BODY_EMPTY", "the body has 0 bytes; send the file itself as the body");
    }
}
