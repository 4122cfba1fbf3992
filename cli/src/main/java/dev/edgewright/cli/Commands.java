package dev.edgewright.cli;

import dev.edgewright.cli.demo.DemoCommand;
import dev.edgewright.cli.local.CompressCommand;
import dev.edgewright.cli.local.EvaluateCommand;
import dev.edgewright.cli.local.ExplainCommand;
import dev.edgewright.cli.local.TrainCommand;
import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.output.Terminal.Style;
import dev.edgewright.cli.remote.CliFailure;
import dev.edgewright.cli.remote.Shell;
import dev.edgewright.cli.serve.AgentCommand;
import dev.edgewright.cli.serve.ControllerCommand;
import dev.edgewright.cli.serve.SimulateCommand;
import dev.edgewright.cli.verbs.AuditCommand;
import dev.edgewright.cli.verbs.DeploymentsCommand;
import dev.edgewright.cli.verbs.DevicesCommand;
import dev.edgewright.cli.verbs.EventsCommand;
import dev.edgewright.cli.verbs.JobsCommand;
import dev.edgewright.cli.verbs.ModelsCommand;
import dev.edgewright.cli.verbs.RolloutsCommand;
import dev.edgewright.cli.verbs.TrialsCommand;
import dev.edgewright.cli.verbs.TrustCommand;
import dev.edgewright.cli.verbs.VariantsCommand;
import dev.edgewright.cli.verbs.WebhooksCommand;
import java.time.Clock;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The tree of verbs, and what holds for all of them: help, colours, how errors are printed, exit codes. */
public final class Commands {
    private Commands() {}

    /** The whole command line over a shell. */
    public static CommandLine tree(Shell shell, Clock clock) {
        CommandLine root = new CommandLine(new Root(shell))
                .addSubcommand(new DemoCommand(shell, clock))
                .addSubcommand(new ControllerCommand(shell))
                .addSubcommand(AgentCommand.line(shell))
                .addSubcommand(new SimulateCommand(shell, clock))
                .addSubcommand(new TrustCommand(shell))
                .addSubcommand(new DevicesCommand(shell, clock))
                .addSubcommand(new ModelsCommand(shell, clock))
                .addSubcommand(new VariantsCommand(shell, clock))
                .addSubcommand(new DeploymentsCommand(shell, clock))
                .addSubcommand(new TrialsCommand(shell, clock))
                .addSubcommand(new RolloutsCommand(shell, clock))
                .addSubcommand(new JobsCommand(shell, clock))
                .addSubcommand(new EventsCommand(shell))
                .addSubcommand(new WebhooksCommand(shell, clock))
                .addSubcommand(new AuditCommand(shell))
                .addSubcommand(new ExplainCommand(shell))
                .addSubcommand(CompressCommand.line(shell))
                .addSubcommand(new EvaluateCommand(shell))
                .addSubcommand(new TrainCommand(shell));
        Terminal terminal = shell.terminal();
        root.setOut(terminal.out());
        root.setErr(terminal.err());
        root.setColorScheme(colours(terminal));
        root.setUsageHelpAutoWidth(false);
        root.setUsageHelpWidth(Math.max(80, Math.min(120, terminal.columns())));
        root.setExecutionExceptionHandler((e, line, parsed) -> report(terminal, e));
        root.setParameterExceptionHandler((e, args) -> misused(terminal, e));
        everyVerbHasHelp(root);
        return root;
    }

    private static ColorScheme colours(Terminal terminal) {
        return CommandLine.Help.defaultColorScheme(terminal.colour() ? Ansi.ON : Ansi.OFF);
    }

    private static void everyVerbHasHelp(CommandLine line) {
        CommandSpec spec = line.getCommandSpec();
        spec.mixinStandardHelpOptions(false);
        if (spec.findOption("--help") == null) {
            spec.addOption(CommandLine.Model.OptionSpec.builder("-h", "--help")
                    .usageHelp(true)
                    .description("Show this help.")
                    .build());
        }
        line.getSubcommands().values().forEach(Commands::everyVerbHasHelp);
    }

    private static int report(Terminal terminal, Exception e) {
        if (e instanceof ParameterException misuse) {
            return misused(terminal, misuse);
        }
        if (e instanceof CliFailure failure) {
            error(terminal, failure.getMessage(), failure.hint());
            return failure.exit().code();
        }
        error(
                terminal,
                e.getMessage() == null ? e.toString() : e.getMessage(),
                "This should not happen. Run it again with EDGEWRIGHT_DEBUG=1 and report what it prints.");
        if (System.getenv("EDGEWRIGHT_DEBUG") != null) {
            e.printStackTrace(terminal.err());
        }
        return CliFailure.Exit.FAILED.code();
    }

    private static int misused(Terminal terminal, ParameterException e) {
        error(terminal, e.getMessage(), "");
        CommandLine line = e.getCommandLine();
        CommandLine.UnmatchedArgumentException.printSuggestions(e, terminal.err());
        terminal.err().println("  See '" + line.getCommandSpec().qualifiedName() + " --help'.");
        return CliFailure.Exit.USAGE.code();
    }

    private static void error(Terminal terminal, String message, String hint) {
        terminal.err().println(terminal.styled(Style.BAD, "error:") + " " + message);
        if (!hint.isEmpty()) {
            terminal.err().println("  " + hint);
        }
    }

    /** {@code edgewright} itself. */
    @Command(
            name = "edgewright",
            header = "Fits every model to every device.",
            synopsisSubcommandLabel = "VERB",
            commandListHeading = "%nVerbs:%n",
            optionListHeading = "%nOptions:%n",
            footer = {
                "",
                "Start here:",
                "  edgewright demo                 the whole loop on this machine, with three devices",
                "  edgewright controller           start a controller; then, elsewhere:",
                "  edgewright agent --id cam-1 --trust data/keys",
                "  edgewright models import fashion-mnist examples/fashion-mnist/model.onnx --data examples/fashion-mnist",
                "  edgewright rollouts create fashion-mnist --watch",
                "",
                "Exit codes:",
                "  0 done   1 refused or failed   2 wrong command line or configuration   3 no controller answers   4 not found",
                "",
                "Environment: EDGEWRIGHT_SERVER, NO_COLOR. Configuration: ~/.config/edgewright/config.yaml (server, output)."
            })
    static final class Root implements Runnable {
        private final Shell shell;

        @Spec
        private CommandSpec spec;

        Root(Shell shell) {
            this.shell = shell;
        }

        @Override
        public void run() {
            spec.commandLine().usage(shell.terminal().out());
        }

        @Command(name = "version", description = "Print the version of this command.")
        int version() {
            shell.terminal().out().println("edgewright " + Version.current());
            return 0;
        }

        @Command(
                name = "completion",
                description = "Print a completion script for bash and zsh.",
                footer = {
                    "",
                    "Examples:",
                    "  source <(edgewright completion)",
                    "  edgewright completion > /etc/bash_completion.d/edgewright"
                })
        int completion() {
            shell.terminal().out().print(AutoComplete.bash("edgewright", spec.commandLine()));
            shell.terminal().out().flush();
            return 0;
        }
    }
}
