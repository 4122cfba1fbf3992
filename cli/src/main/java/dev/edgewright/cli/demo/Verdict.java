package dev.edgewright.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.output.Terminal.Style;
import dev.edgewright.cli.output.Words;
import dev.edgewright.cli.remote.CliFailure.Exit;
import dev.edgewright.cli.verbs.Fields;
import java.util.ArrayList;
import java.util.List;

/** Whether the demo did what it promises: every device on a committed variant, every answer given, and right ones. */
final class Verdict {
    /** Fewer images say nothing about accuracy. */
    static final int ENOUGH_IMAGES = 30;

    private final Terminal terminal;

    Verdict(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Whether every device answered enough images to be judged. */
    static boolean enough(DemoView.State state) {
        return state.devices().stream()
                .map(device -> state.scores().get(device.path("id").asText()))
                .allMatch(score -> score != null && score.answered() >= ENOUGH_IMAGES);
    }

    /** Prints one line a device; 0 where all is well. */
    int judge(DemoView.State state, double floor) {
        boolean good = "SUCCEEDED".equals(state.rolloutState());
        terminal.out().println();
        for (JsonNode device : state.devices()) {
            JsonNode assignment = state.assignment(device);
            ImageDriver.Score score = state.scores().get(device.path("id").asText());
            List<String> wrong = wrong(assignment, score, floor);
            good &= wrong.isEmpty();
            String id = String.format("%-14s ", Fields.text(device, "id"));
            if (wrong.isEmpty()) {
                terminal.out()
                        .println(terminal.styled(Style.GOOD, "ok   ") + id + "serves "
                                + Fields.text(assignment, "activeVariant") + ", " + score.right() + " of "
                                + score.answered()
                                + " images right (" + Words.accuracy(score.accuracy()) + ")");
            } else {
                terminal.out().println(terminal.styled(Style.BAD, "FAIL ") + id + String.join("; ", wrong));
            }
        }
        if (!"SUCCEEDED".equals(state.rolloutState())) {
            terminal.out()
                    .println(terminal.styled(Style.BAD, "FAIL ") + "the rollout is " + state.rolloutState() + ": "
                            + Fields.text(state.rollout(), "reason"));
        }
        return good ? 0 : Exit.FAILED.code();
    }

    static List<String> wrong(JsonNode assignment, ImageDriver.Score score, double floor) {
        List<String> wrong = new ArrayList<>();
        if (!"COMMITTED".equals(assignment.path("state").asText())) {
            wrong.add("its update is " + Fields.text(assignment, "state") + ", not COMMITTED"
                    + (assignment.has("error") ? " (" + Fields.text(assignment.path("error"), "message") + ")" : ""));
        }
        if (score.errors() > 0) {
            wrong.add(score.errors() + " requests failed, the last one: " + score.lastError());
        }
        if (score.answered() < ENOUGH_IMAGES) {
            wrong.add("only " + score.answered() + " images answered");
        } else if (score.accuracy() < floor) {
            wrong.add("accuracy " + Words.accuracy(score.accuracy()) + " is under " + Words.accuracy(floor));
        }
        return wrong;
    }
}
