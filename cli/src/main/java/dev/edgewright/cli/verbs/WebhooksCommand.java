package dev.edgewright.cli.verbs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgewright.cli.output.Table;
import dev.edgewright.cli.output.Table.Cell;
import dev.edgewright.cli.remote.Api;
import dev.edgewright.cli.remote.RemoteOptions;
import dev.edgewright.cli.remote.Shell;
import dev.edgewright.cli.remote.Shell.Session;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code edgewright webhooks}: who is told of what happens. */
@Command(
        name = "webhooks",
        aliases = "webhook",
        description = "Webhooks: create, list, delete, test, deliveries, retry.")
public final class WebhooksCommand extends Noun {
    private final Shell shell;
    private final Clock clock;

    public WebhooksCommand(Shell shell, Clock clock) {
        this.shell = shell;
        this.clock = clock;
    }

    @Command(
            name = "create",
            description = "Have events from now on posted to a URL.",
            footer = {
                "",
                "Each post is signed: edgewright-signature is t=SECONDS,v1=HMAC-SHA256(secret, SECONDS + \".\" + body).",
                "The secret is shown once.",
                "",
                "Examples:",
                "  edgewright webhooks create https://example.org/hook --kind 'rollout.verdict' --kind 'device.*'",
                "  edgewright webhooks create https://example.org/hook --secret-file hook.secret"
            })
    int create(
            @Mixin RemoteOptions remote,
            @Parameters(paramLabel = "URL", description = "http or https.") String url,
            @Option(
                            names = "--kind",
                            paramLabel = "KIND",
                            description = "Only these kinds; * at the end for all that begin so.")
                    List<String> kinds,
            @Option(
                            names = "--secret-file",
                            paramLabel = "FILE",
                            description = "Key of the signature (default: one is made).")
                    java.nio.file.Path secretFile) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("url", url);
        if (kinds != null) {
            kinds.forEach(body.withArray("/kinds")::add);
        }
        if (secretFile != null) {
            body.put("secret", secret(secretFile));
        }
        Session session = shell.connect(remote);
        JsonNode webhook = session.api().post("/webhooks", body);
        session.print(webhook, () -> {
            session.terminal().out().println("Webhook " + Fields.text(webhook, "id") + " is told from now on.");
            session.terminal().out().println("Secret: " + Fields.text(webhook, "secret"));
            session.terminal().err().println("Try it: edgewright webhooks test " + Fields.text(webhook, "id"));
        });
        return 0;
    }

    private String secret(java.nio.file.Path file) {
        try {
            return java.nio.file.Files.readString(file).strip();
        } catch (java.io.IOException e) {
            throw usage("cannot read the secret in " + file);
        }
    }

    @Command(
            name = "list",
            aliases = "ls",
            description = "List webhooks.",
            footer = {"", "Example:", "  edgewright webhooks list"})
    int list(@Mixin RemoteOptions remote) {
        Session session = shell.connect(remote);
        JsonNode webhooks = session.api().list("/webhooks", Map.of());
        session.print(webhooks, () -> {
            if (webhooks.isEmpty()) {
                session.terminal().out().println("No webhooks.");
                return;
            }
            Table table = Table.of("webhook", "url", "kinds", "by", "age");
            for (JsonNode webhook : webhooks) {
                table.row(
                        Fields.text(webhook, "id"),
                        Fields.text(webhook, "url"),
                        webhook.path("kinds").isEmpty() ? "all" : Fields.joined(webhook.path("kinds"), " "),
                        Fields.text(webhook, "createdBy"),
                        Cell.number(Fields.age(webhook, "createdAt", clock)));
            }
            table.print(session.terminal());
        });
        return 0;
    }

    @Command(
            name = "delete",
            aliases = "rm",
            description = "Remove a webhook and what is on its way to it.",
            footer = {"", "Example:", "  edgewright webhooks delete wh-1"})
    int delete(@Mixin RemoteOptions remote, @Parameters(paramLabel = "ID", description = "The webhook.") String id) {
        Session session = shell.connect(remote);
        JsonNode gone = session.api().delete("/webhooks/" + Api.escape(id));
        session.print(gone, () -> session.terminal().out().println("Webhook " + id + " is removed."));
        return 0;
    }

    @Command(
            name = "test",
            description = "Send an event to one webhook, as a real one is sent.",
            footer = {"", "Example:", "  edgewright webhooks test wh-1"})
    int test(@Mixin RemoteOptions remote, @Parameters(paramLabel = "ID", description = "The webhook.") String id) {
        Session session = shell.connect(remote);
        JsonNode event = session.api().post("/webhooks/" + Api.escape(id) + "/test", null);
        session.print(event, () -> {
            session.terminal().out().println("Event " + Fields.text(event, "id") + " is on its way.");
            session.terminal().err().println("See what became of it: edgewright webhooks deliveries " + id);
        });
        return 0;
    }

    @Command(
            name = "deliveries",
            description = "What is on its way to a webhook, and what became of the rest.",
            footer = {"", "Example:", "  edgewright webhooks deliveries wh-1 --state DEAD"})
    int deliveries(
            @Mixin RemoteOptions remote,
            @Parameters(paramLabel = "ID", description = "The webhook.") String id,
            @Option(names = "--state", paramLabel = "STATE", description = "PENDING, DELIVERED or DEAD.")
                    String state) {
        Session session = shell.connect(remote);
        Map<String, String> query = new HashMap<>();
        query.put("state", state);
        JsonNode deliveries = session.api().list("/webhooks/" + Api.escape(id) + "/deliveries", query);
        session.print(deliveries, () -> {
            Table table = Table.of("event", "state", "attempts", "status", "age", "error");
            for (JsonNode delivery : deliveries) {
                table.row(
                        Fields.text(delivery, "event"),
                        Cell.state(Fields.text(delivery, "state")),
                        Cell.number(Fields.text(delivery, "attempts")),
                        Cell.number(Fields.text(delivery, "lastStatus")),
                        Cell.number(Fields.age(delivery, "updatedAt", clock)),
                        Fields.text(delivery, "lastError"));
            }
            table.print(session.terminal());
        });
        return 0;
    }

    @Command(
            name = "retry",
            description = "Try a delivery that was given up again.",
            footer = {"", "Example:", "  edgewright webhooks retry wh-1 ev-12"})
    int retry(
            @Mixin RemoteOptions remote,
            @Parameters(paramLabel = "ID", description = "The webhook.") String id,
            @Parameters(paramLabel = "EVENT", description = "The event.") String event) {
        Session session = shell.connect(remote);
        JsonNode delivery =
                session.api().post("/webhooks/" + Api.escape(id) + "/deliveries/" + Api.escape(event) + "/retry", null);
        session.print(delivery, () -> session.terminal().out().println("Event " + event + " is on its way again."));
        return 0;
    }
}
