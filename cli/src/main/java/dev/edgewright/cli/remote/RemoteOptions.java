package dev.edgewright.cli.remote;

import dev.edgewright.cli.remote.Settings.Output;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options of every verb that talks to a controller. */
public final class RemoteOptions {
    @Option(
            names = {"-s", "--server"},
            paramLabel = "URL",
            description = "The controller (default: EDGEWRIGHT_SERVER, the configuration file, "
                    + Settings.DEFAULT_SERVER + ").")
    private String server;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table or json (default: table).")
    private Output output;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Configuration file (default: ~/.config/edgewright/config.yaml).")
    private Path config;

    /** The settings that these options, the environment and the configuration file give together. */
    public Settings settings(Map<String, String> environment, Path home) {
        return Settings.resolve(server, output, config, environment, home);
    }
}
