package dev.edgewright.cli;

import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.remote.Shell;
import java.nio.file.Path;
import java.time.Clock;

/** The {@code edgewright} command. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty(
                    "logback.configurationFile",
                    "edgewright-logback.xml"); // libraries bring a logback.xml of their own
        }
        Shell shell =
                new Shell(Terminal.system(System.getenv()), System.getenv(), Path.of(System.getProperty("user.home")));
        System.exit(Commands.tree(shell, Clock.systemUTC()).execute(args));
    }
}
