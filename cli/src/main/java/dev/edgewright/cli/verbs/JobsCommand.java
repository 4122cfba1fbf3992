package dev.edgewright.cli.verbs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.cli.output.Table;
import dev.edgewright.cli.output.Table.Cell;
import dev.edgewright.cli.output.Words;
import dev.edgewright.cli.remote.Api;
import dev.edgewright.cli.remote.CliFailure;
import dev.edgewright.cli.remote.CliFailure.Exit;
import dev.edgewright.cli.remote.RemoteOptions;
import dev.edgewright.cli.remote.Shell;
import dev.edgewright.cli.remote.Shell.Session;
import java.time.Clock;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code edgewright jobs}: long work of the controller, such as making variants. */
@Command(name = "jobs", aliases = "job", description = "Jobs of the controller: list, show, cancel.")
public final class JobsCommand extends Noun {
    private final Shell shell;
    private final Clock clock;

    public JobsCommand(Shell shell, Clock clock) {
        this.shell = shell;
        this.clock = clock;
    }

    @Command(
            name = "list",
            aliases = "ls",
            description = "List jobs, newest first.",
            footer = {"", "Example:", "  edgewright jobs list"})
    int list(@Mixin RemoteOptions remote) {
        Session session = shell.connect(remote);
        JsonNode jobs = session.api().list("/jobs", Map.of());
        session.print(jobs, () -> {
            if (jobs.isEmpty()) {
                session.terminal().out().println("No jobs.");
                return;
            }
            Table table = Table.of("job", "kind", "state", "model", "version", "done", "age", "step");
            for (JsonNode job : jobs) {
                table.row(
                        Fields.text(job, "id"),
                        Fields.text(job, "kind"),
                        Cell.state(Fields.text(job, "state")),
                        Fields.text(job, "model"),
                        Fields.text(job, "version"),
                        Cell.number(Words.percent(Fields.number(job, "progress"))),
                        Cell.number(Fields.age(job, "createdAt", clock)),
                        job.has("error") ? Fields.text(job, "error") : Fields.text(job, "step"));
            }
            table.print(session.terminal());
        });
        return 0;
    }

    @Command(
            name = "show",
            description = "Show a job; --wait follows it to its end.",
            footer = {"", "Exits with 1 when the job has failed.", "", "Example:", "  edgewright jobs show 42 --wait"})
    int show(
            @Mixin RemoteOptions remote,
            @Parameters(paramLabel = "ID", description = "The job.") String id,
            @Option(
                            names = {"-w", "--wait"},
                            description = "Follow it until it has ended.")
                    boolean wait) {
        Session session = shell.connect(remote);
        JsonNode job =
                wait ? new JobWatch(session, clock).until(id) : session.api().get("/jobs/" + Api.escape(id));
        session.print(job, () -> {
            Sheet sheet = new Sheet(session.terminal());
            sheet.state("state", Fields.text(job, "state"), Words.percent(Fields.number(job, "progress")));
            sheet.line("kind", Fields.text(job, "kind"));
            sheet.line("model", Fields.text(job, "model") + " version " + Fields.text(job, "version"));
            sheet.line("recipes", Fields.joined(job.path("recipes"), ", "));
            sheet.line("step", Fields.text(job, "step"));
            if (job.has("error")) {
                sheet.line("error", Fields.text(job, "error"));
            }
        });
        return "FAILED".equals(job.path("state").asText()) ? Exit.FAILED.code() : 0;
    }

    @Command(
            name = "cancel",
            description = "Stop a job; what it has finished stays.",
            footer = {"", "Example:", "  edgewright jobs cancel 42"})
    int cancel(@Mixin RemoteOptions remote, @Parameters(paramLabel = "ID", description = "The job.") String id) {
        Session session = shell.connect(remote);
        JsonNode job = session.api().post("/jobs/" + Api.escape(id) + "/cancel", null);
        session.print(job, () -> session.terminal().out().println("Job " + id + ": " + Fields.text(job, "state")));
        return 0;
    }

    /** A job that did not succeed, as a failure of the verb that waited for it. */
    static CliFailure failed(JsonNode job) {
        String why = job.has("error") ? ": " + Fields.text(job, "error") : "";
        return new CliFailure(
                Exit.FAILED,
                "job " + Fields.text(job, "id") + " "
                        + Fields.text(job, "state").toLowerCase(java.util.Locale.ROOT) + why,
                "Details: edgewright jobs show " + Fields.text(job, "id"));
    }
}
