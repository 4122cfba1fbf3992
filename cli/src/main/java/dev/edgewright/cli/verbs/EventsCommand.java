package dev.edgewright.cli.verbs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.cli.output.Table;
import dev.edgewright.cli.remote.RemoteOptions;
import dev.edgewright.cli.remote.Shell;
import dev.edgewright.cli.remote.Shell.Session;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code edgewright events}: what happened. */
@Command(name = "events", aliases = "event", description = "What happened, in the order in which it did.")
public final class EventsCommand extends Noun {
    private final Shell shell;

    public EventsCommand(Shell shell) {
        this.shell = shell;
    }

    @Command(
            name = "list",
            aliases = "ls",
            description = "List the newest events, or those after one.",
            footer = {"", "Examples:", "  edgewright events list", "  edgewright events list --after 120"})
    int list(
            @Mixin RemoteOptions remote,
            @Option(names = "--after", paramLabel = "N", description = "Only those after this one.") Long after,
            @Option(names = "--limit", paramLabel = "N", description = "At most so many (default: 50).")
                    Integer limit) {
        Session session = shell.connect(remote);
        Map<String, String> query = new HashMap<>();
        query.put("after", after == null ? null : String.valueOf(after));
        query.put("limit", String.valueOf(limit == null ? 50 : limit));
        JsonNode events = session.api().list("/events/log", query);
        session.print(events, () -> {
            if (events.isEmpty()) {
                session.terminal().out().println("Nothing happened.");
                return;
            }
            Table table = Table.of("event", "at", "kind", "subject", "who", "what");
            for (JsonNode event : events) {
                table.row(
                        Fields.text(event, "id"),
                        Fields.text(event, "at"),
                        Fields.text(event, "kind"),
                        Fields.text(event, "subject"),
                        Fields.text(event, "who"),
                        Fields.text(event, "words"));
            }
            table.print(session.terminal());
        });
        return 0;
    }
}
