package dev.edgewright.benchmarks.models;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Path;

/** Leaves a test out, by name, when what it needs cannot be fetched here. */
final class Present {

    private Present() {}

    /** The fetched file; ends the test with {@code needs ...} when there is none, as a failure where tools are required. */
    static Path orSkip(Fetched fetched, String whatFor) {
        try {
            return fetched.get();
        } catch (IOException e) {
            String message = "needs " + fetched.name() + ": " + whatFor + " (" + e.getMessage() + ")";
            if ("true".equals(System.getenv("EDGEWRIGHT_REQUIRE_TOOLS"))) {
                fail(message);
            }
            return abort(message);
        }
    }
}
