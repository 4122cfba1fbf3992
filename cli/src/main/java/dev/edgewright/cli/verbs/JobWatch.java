package dev.edgewright.cli.verbs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.cli.output.LiveView;
import dev.edgewright.cli.output.ProgressBar;
import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.output.Words;
import dev.edgewright.cli.remote.Api;
import dev.edgewright.cli.remote.Shell.Session;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Follows a job until it has ended. */
public final class JobWatch {
    private static final Set<String> ENDED = Set.of("SUCCEEDED", "FAILED", "CANCELLED");

    private final Session session;
    private final Clock clock;

    public JobWatch(Session session, Clock clock) {
        this.session = session;
        this.clock = clock;
    }

    /** The job as it ended. */
    public JsonNode until(String id) {
        Instant start = clock.instant();
        String lastStep = "";
        try (LiveView view = new LiveView(session.terminal())) {
            while (true) {
                JsonNode job = session.api().get("/jobs/" + Api.escape(id));
                String step = Fields.text(job, "step");
                if (session.forPeople()) {
                    if (!session.terminal().interactive() && !step.equals(lastStep)) {
                        view.note("job " + id + " " + Fields.text(job, "state") + " "
                                + Words.percent(Fields.number(job, "progress")) + " " + step);
                        lastStep = step;
                    }
                    view.show(List.of(line(session.terminal(), job, Duration.between(start, clock.instant()))));
                }
                if (ENDED.contains(job.path("state").asText())) {
                    view.show(List.of());
                    return job;
                }
                Pause.of(Duration.ofMillis(400));
            }
        }
    }

    static String line(Terminal terminal, JsonNode job, Duration elapsed) {
        return "Job " + Fields.text(job, "id") + " "
                + ProgressBar.of(terminal, Fields.number(job, "progress"), 1, 24) + " "
                + Words.percent(Fields.number(job, "progress")) + "  " + Words.duration(elapsed) + "  "
                + Fields.text(job, "step");
    }
}
