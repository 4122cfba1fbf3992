package dev.edgewright.cli.demo;

import dev.edgewright.cli.remote.CliFailure;
import dev.edgewright.cli.remote.CliFailure.Exit;
import dev.edgewright.cli.remote.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code edgewright demo}. */
@Command(
        name = "demo",
        description = "The whole loop on this machine: one controller, three devices, a real model, real images.",
        footer = {
            "",
            "Starts a controller (with its own MQTT broker) and three agents in processes of their own, imports the",
            "Fashion-MNIST example, makes fp32 and int8 variants, chooses one for each device, rolls them out over MQTT and",
            "sends test images to each device. Ends with Ctrl-C, or by itself with --for; then nothing is left behind.",
            "",
            "With --for it goes on until the rollout has ended, at most 5 minutes longer. It exits with 0 only if every",
            "device ended on a committed variant and gave right answers.",
            "",
            "Examples:",
            "  edgewright demo",
            "  edgewright demo --for 60s",
            "  edgewright demo --for 60s --keep          leaves logs and data in a temporary folder"
        })
public final class DemoCommand implements Callable<Integer> {
    private final Shell shell;
    private final Clock clock;

    @Option(names = "--for", paramLabel = "TIME", description = "End after this time, such as 60s or 2m.")
    private String time;

    @Option(
            names = "--example",
            paramLabel = "DIR",
            description = "Folder with model.onnx and data.yaml (default: examples/fashion-mnist).")
    private Path example;

    @Option(names = "--model", paramLabel = "NAME", description = "Name of the model (default: the folder's).")
    private String model;

    @Option(names = "--port", paramLabel = "PORT", description = "Port of console and metrics (default: a free one).")
    private int port;

    @Option(
            names = "--watch",
            paramLabel = "TIME",
            defaultValue = "8s",
            description = "How long each device watches its new variant (default: ${DEFAULT-VALUE}).")
    private String watch;

    @Option(names = "--keep", description = "Keep the temporary folder with logs and data.")
    private boolean keep;

    public DemoCommand(Shell shell, Clock clock) {
        this.shell = shell;
        this.clock = clock;
    }

    @Override
    public Integer call() throws InterruptedException {
        Path folder = example != null ? example : home().resolve("examples").resolve("fashion-mnist");
        if (!Files.isRegularFile(folder.resolve("model.onnx")) || !Files.isRegularFile(folder.resolve("data.yaml"))) {
            throw new CliFailure(
                    Exit.USAGE,
                    "no model.onnx and data.yaml in " + folder,
                    "Run it from a checkout of Edgewright, or name a folder with --example.");
        }
        Duration limit = time == null ? null : duration("--for", time);
        Duration watching = duration("--watch", watch);
        String name = model != null
                ? model
                : folder.toAbsolutePath().normalize().getFileName().toString();
        try (Workspace workspace = Workspace.create(keep)) {
            Thread end = new Thread(workspace::close, "demo-end");
            Runtime.getRuntime().addShutdownHook(end);
            if (keep) {
                shell.terminal().err().println("Logs and data: " + workspace.folder());
            }
            return new Demo(shell.terminal(), clock, workspace, folder, name, port, watching).run(limit);
        }
    }

    private static Path home() {
        return Path.of(System.getProperty("edgewright.home", "."));
    }

    /** {@code 60s}, {@code 2m}, {@code 1m30s}. */
    static Duration duration(String option, String text) {
        try {
            Duration duration = Duration.parse("PT" + text.strip().toUpperCase(Locale.ROOT));
            if (!duration.isNegative() && !duration.isZero()) {
                return duration;
            }
        } catch (DateTimeParseException e) {
            // reported below
        }
        throw new CliFailure(
                Exit.USAGE, option + " " + text + " is not a time", "Examples: " + option + " 60s, " + option + " 2m.");
    }
}
