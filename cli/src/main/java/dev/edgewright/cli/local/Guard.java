package dev.edgewright.cli.local;

import dev.edgewright.cli.remote.CliFailure;
import dev.edgewright.cli.remote.CliFailure.Exit;
import dev.edgewright.compression.CompressionException;
import java.util.function.Supplier;

/** Failures of the libraries as failures of the verb. */
final class Guard {
    private Guard() {}

    static <T> T of(Supplier<T> work) {
        try {
            return work.get();
        } catch (CompressionException e) {
            throw new CliFailure(Exit.FAILED, e.getMessage() + " (" + e.code() + ")", "");
        }
    }
}
