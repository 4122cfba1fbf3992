package dev.edgewright.cli.serve;

import dev.edgewright.cli.output.LiveView;
import dev.edgewright.cli.remote.CliFailure;
import dev.edgewright.cli.remote.CliFailure.Exit;
import dev.edgewright.cli.remote.Shell;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.simulator.RunningSimulation;
import dev.edgewright.simulator.SimulatorConfig;
import dev.edgewright.simulator.SimulatorMain;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code edgewright simulate}: thousands of virtual devices on a broker. */
@Command(
        name = "simulate",
        description = "Put virtual devices onto a broker, to rehearse a rollout.",
        footer = {
            "",
            "The devices speak the real protocol: they check signatures, fetch and verify every byte, report and send",
            "telemetry. They run no model; how fast they are and what fails is in --profile and --faults (examples/simulate).",
            "",
            "Examples:",
            "  edgewright simulate --devices 200 --trust data/controller/keys",
            "  edgewright simulate --devices 5000 --profile mix.yaml --faults faults.yaml --for 60s"
        })
public final class SimulateCommand implements Callable<Integer> {
    private final Shell shell;
    private final Clock clock;

    @Spec
    private CommandSpec spec;

    @Option(names = "--devices", paramLabel = "N", description = "How many (default: 100).")
    private String devices;

    @Option(
            names = {"--profile", "--mix"},
            paramLabel = "FILE",
            description = "Profiles by name (default: all alike).")
    private String mix;

    @Option(names = "--faults", paramLabel = "FILE", description = "What goes wrong (default: nothing).")
    private String faults;

    @Option(names = "--broker", paramLabel = "URL", description = "tcp:// or ssl:// (default: tcp://127.0.0.1:1883).")
    private String broker;

    @Option(
            names = "--trust",
            paramLabel = "DIR",
            description = "Folder of trusted *.pub keys (default: data/controller/keys).")
    private String trust;

    @Option(names = "--for", paramLabel = "TIME", description = "When to end, 60s or 10m (default: when stopped).")
    private String runFor;

    @Option(names = "--prefix", paramLabel = "TEXT", description = "Of device ids (default: sim-).")
    private String prefix;

    @Option(names = "--connects-per-second", paramLabel = "N", description = "How fast they come (default: 500).")
    private String connectsPerSecond;

    @Option(names = "--telemetry-interval", paramLabel = "TIME", description = "Length of a window (default: 5s).")
    private String telemetryInterval;

    @Option(names = "--window", paramLabel = "N", description = "Chunks before a device asks again (default: 32).")
    private String window;

    @Option(names = "--seed", paramLabel = "N", description = "Same seed, same profiles and faults (default: 1).")
    private String seed;

    @Option(names = "--cores", paramLabel = "N", description = "Event loops, and lanes of devices (default: 2).")
    private String cores;

    public SimulateCommand(Shell shell, Clock clock) {
        this.shell = shell;
        this.clock = clock;
    }

    @Override
    public Integer call() throws InterruptedException {
        List<String> arguments = AgentCommand.given(spec.commandLine().getParseResult());
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        SimulatorConfig config;
        try {
            config = SimulatorConfig.of(arguments);
            try (RunningSimulation simulation = SimulatorMain.start(config)) {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitEnd(stop, closed), "shutdown"));
                watch(simulation, config, stop);
            }
        } catch (EdgewrightException e) {
            boolean caller = e.kind() == EdgewrightException.Kind.CALLER;
            throw new CliFailure(caller ? Exit.USAGE : Exit.FAILED, e.getMessage(), "");
        } finally {
            closed.countDown();
        }
        return 0;
    }

    /** A line a second: over itself on a terminal, below each other elsewhere. */
    private void watch(RunningSimulation simulation, SimulatorConfig config, CountDownLatch stop)
            throws InterruptedException {
        Instant end = config.runFor().map(clock.instant()::plus).orElse(Instant.MAX);
        boolean stopped = false;
        try (LiveView view = new LiveView(shell.terminal())) {
            while (!stopped && clock.instant().isBefore(end)) {
                stopped = stop.await(1, TimeUnit.SECONDS);
                String line = simulation.statistics().line();
                if (shell.terminal().interactive()) {
                    view.show(List.of(line));
                } else {
                    view.note(line);
                    shell.terminal().out().flush();
                }
            }
        }
    }

    private static void awaitEnd(CountDownLatch stop, CountDownLatch closed) {
        stop.countDown();
        try {
            closed.await(15, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
