package dev.edgewright.cli.verbs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.cli.output.LiveView;
import dev.edgewright.cli.output.Words;
import dev.edgewright.cli.remote.Api;
import dev.edgewright.cli.remote.Shell.Session;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Follows a rollout until it has ended. */
final class RolloutWatch {
    private static final int SHOWN_DEVICES = 20;
    private static final Duration QUIET = Duration.ofSeconds(30);
    private static final Set<String> ENDED = Set.of("SUCCEEDED", "HALTED", "ABORTED", "REVERTED");

    private final Session session;
    private final Clock clock;

    RolloutWatch(Session session, Clock clock) {
        this.session = session;
        this.clock = clock;
    }

    /**
     * The rollout as it ended. Without a terminal, a few lines each time that the counts change, and who is waited for when they have not for a
     * while.
     */
    JsonNode until(String id) {
        Instant start = clock.instant();
        String last = "";
        Instant printed = start;
        try (LiveView view = new LiveView(session.terminal())) {
            while (true) {
                JsonNode rollout = session.api().get("/rollouts/" + Api.escape(id) + "?devices=" + SHOWN_DEVICES);
                if (session.forPeople()) {
                    String counts = rollout.path("state").asText() + rollout.path("counts");
                    if (!session.terminal().interactive() && !counts.equals(last)) {
                        RolloutView.lines(session.terminal(), clock, rollout).stream()
                                .limit(2)
                                .forEach(view::note);
                        last = counts;
                        printed = clock.instant();
                    } else if (!session.terminal().interactive()
                            && Duration.between(printed, clock.instant()).compareTo(QUIET) > 0) {
                        RolloutView.lines(session.terminal(), clock, rollout).forEach(view::note);
                        printed = clock.instant();
                    }
                    List<String> lines = new ArrayList<>(RolloutView.lines(session.terminal(), clock, rollout));
                    if ("AWAITING_APPROVAL".equals(rollout.path("state").asText())) {
                        lines.add("The next wave needs a yes: edgewright rollouts approve " + id);
                    }
                    lines.add(Words.duration(Duration.between(start, clock.instant()))
                            + "  Ctrl-C leaves; the rollout goes on.");
                    view.show(lines);
                }
                if (ENDED.contains(rollout.path("state").asText())) {
                    if (session.forPeople()) {
                        view.show(RolloutView.lines(session.terminal(), clock, rollout));
                    }
                    return rollout;
                }
                Pause.of(Duration.ofMillis(500));
            }
        }
    }
}
