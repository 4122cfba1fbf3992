package dev.edgewright.agent.serve;

import java.nio.ByteBuffer;
import java.util.Optional;

/** One HTTP request, whole. Its body is valid until the answer was made. */
interface Request {
    /** Upper case. */
    String method();

    /** Path alone, not decoded, without the query. */
    String path();

    /** A header's first value, by name of any case. */
    Optional<String> header(String name);

    /** The body; direct memory. */
    ByteBuffer body();

    /** Direct memory of this size that lives as long as the request. */
    ByteBuffer scratch(int bytes);
}
