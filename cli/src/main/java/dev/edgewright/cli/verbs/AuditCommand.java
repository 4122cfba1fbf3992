package dev.edgewright.cli.verbs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.cli.output.Table;
import dev.edgewright.cli.output.Table.Cell;
import dev.edgewright.cli.remote.RemoteOptions;
import dev.edgewright.cli.remote.Shell;
import dev.edgewright.cli.remote.Shell.Session;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code edgewright audit}: who did what. */
@Command(name = "audit", description = "The audit log: who did what, to what, and what came of it.")
public final class AuditCommand extends Noun {
    private final Shell shell;

    public AuditCommand(Shell shell) {
        this.shell = shell;
    }

    @Command(
            name = "list",
            aliases = "ls",
            description = "List what was done, newest first.",
            footer = {
                "",
                "Examples:",
                "  edgewright audit list --object rollouts",
                "  edgewright audit list --actor ada --action rollouts.abort"
            })
    int list(
            @Mixin RemoteOptions remote,
            @Option(names = "--actor", paramLabel = "NAME", description = "Only what this one did.") String actor,
            @Option(names = "--action", paramLabel = "ACTION", description = "Only this, such as rollouts.pause.")
                    String action,
            @Option(
                            names = "--object",
                            paramLabel = "OBJECT",
                            description = "Only to this, such as rollouts/ro-1, or rollouts for all of them.")
                    String object,
            @Option(names = "--limit", paramLabel = "N", description = "At most so many (default: 50).")
                    Integer limit) {
        Session session = shell.connect(remote);
        Map<String, String> query = new HashMap<>();
        query.put("actor", actor);
        query.put("action", action);
        query.put("object", object);
        query.put("limit", String.valueOf(limit == null ? 50 : limit));
        JsonNode entries = session.api().list("/audit", query);
        session.print(entries, () -> {
            if (entries.isEmpty()) {
                session.terminal().out().println("Nothing was done.");
                return;
            }
            Table table = Table.of("at", "who", "via", "action", "object", "outcome", "before", "after");
            for (JsonNode entry : entries) {
                table.row(
                        Fields.text(entry, "at"),
                        Fields.text(entry, "actor"),
                        Fields.text(entry, "via"),
                        Fields.text(entry, "action"),
                        Fields.text(entry, "object"),
                        Cell.state(Fields.text(entry, "outcome")),
                        Fields.text(entry, "before"),
                        Fields.text(entry, "after"));
            }
            table.print(session.terminal());
        });
        return 0;
    }
}
