package dev.edgewright.cli;

import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.remote.Shell;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;

/** One run of the command in this process: its exit code and what it printed. */
public record CommandRun(int exit, String out, String err) {
    /** The time that the commands of the tests see. */
    public static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    private static final Path NO_HOME = Path.of("/nonexistent");

    /** Runs with {@code --server} given by the environment, without a terminal. */
    public static CommandRun of(FakeController controller, String... args) {
        return of(Map.of("EDGEWRIGHT_SERVER", controller.uri().toString()), NO_HOME, args);
    }

    public static CommandRun of(Map<String, String> environment, Path home, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Terminal terminal = new Terminal(new PrintWriter(out, true), new PrintWriter(err, true), false, false, 120);
        int exit = Commands.tree(new Shell(terminal, environment, home), Clock.fixed(NOW, ZoneOffset.UTC))
                .execute(args);
        return new CommandRun(exit, out.toString(), err.toString());
    }

    public static CommandRun withoutServer(String... args) {
        return of(Map.of(), NO_HOME, args);
    }
}
