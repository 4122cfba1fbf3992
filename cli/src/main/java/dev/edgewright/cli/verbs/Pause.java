package dev.edgewright.cli.verbs;

import dev.edgewright.cli.remote.CliFailure;
import dev.edgewright.cli.remote.CliFailure.Exit;
import java.time.Duration;

/** Waiting between two looks at something that changes. */
public final class Pause {
    private Pause() {}

    public static void of(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliFailure(Exit.FAILED, "interrupted", "");
        }
    }
}
