package dev.edgewright.controller.http;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Where the HTTP server listens and what it bears.
 *
 * @param port 0 takes a free one
 * @param uploads folder for bodies on their way in; emptied at start
 * @param maxModelBytes an ONNX file without external data cannot be larger than 2 GiB
 * @param maxDataBytes of a zip with calibration and evaluation data
 * @param workers threads for requests that touch the database, the disk or ONNX Runtime
 * @param maxStreams clients that may listen to events at once
 */
public record HttpSettings(
        String host, int port, Path uploads, long maxModelBytes, long maxDataBytes, int workers, int maxStreams) {

    public HttpSettings {
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(uploads, "uploads");
    }

    public static HttpSettings of(String host, int port, Path uploads) {
        return new HttpSettings(host, port, uploads, 2L << 30, 4L << 30, 8, 64);
    }
}
