package dev.edgewright.cli.serve;

import dev.edgewright.agent.AgentConfig;
import dev.edgewright.agent.AgentMain;
import dev.edgewright.cli.remote.Shell;
import dev.edgewright.common.config.ConfigReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code edgewright agent}: this machine as a device. */
@Command(
        name = "agent",
        description = "Run an agent: this machine becomes a device of the fleet.",
        footer = {
            "",
            "The agent trusts the public keys in --trust; a controller keeps its own in DATA/keys/*.pub, and shows them at",
            "GET /api/v1/info. Models are answered on --serve over the Open Inference Protocol (KServe v2).",
            "Every option may stand in the file of --config, and in the environment as EDGEWRIGHT_AGENT__THREADS=2.",
            "",
            "Examples:",
            "  edgewright agent --id cam-1 --trust data/controller/keys",
            "  edgewright agent --id cam-2 --broker tcp://broker:1883 --serve 127.0.0.1:0 --data /var/lib/edgewright",
            "  edgewright agent --id tiny --threads 1 --memory-mb 256 --disable-isa avx512_vnni --label site=lab",
            "  edgewright agent --id far --broker coaps://controller:5684 --coap.psk file:/etc/edgewright/psk"
        })
public final class AgentCommand implements Callable<Integer> {
    private final Shell shell;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--id",
            paramLabel = "ID",
            description = "Name of this device (default: made up once, kept in DATA).")
    private String id;

    @Option(
            names = "--broker",
            paramLabel = "URL",
            description = "tcp://, ssl://, coap:// (loopback) or coaps:// (default: tcp://127.0.0.1:1883).")
    private String broker;

    @Option(names = "--data", paramLabel = "DIR", description = "What survives a restart (default: agent-data).")
    private String data;

    @Option(names = "--trust", paramLabel = "DIR", description = "Folder of trusted *.pub keys (default: trust).")
    private String trust;

    @Option(
            names = "--serve",
            paramLabel = "HOST:PORT",
            description = "Inference endpoint (default: 127.0.0.1:8090); port 0 takes a free one, see DATA/serve.port.")
    private String serve;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of one inference (default: all cores).")
    private String threads;

    @Option(
            names = "--memory-mb",
            paramLabel = "N",
            description = "Resident memory that it may reach (default: no limit).")
    private String memoryMb;

    @Option(names = "--label", paramLabel = "K=V", description = "A label; may be repeated.")
    private List<String> label;

    @Option(names = "--profile", paramLabel = "FILE", description = "YAML with threads, memory-mb, disable-isa, label.")
    private String profile;

    @Option(
            names = {"--disable-isa", "--isa-mask"},
            paramLabel = "NAME",
            description = "An instruction set not to report; may be repeated.")
    private List<String> disableIsa;

    @Option(names = "--fs-root", paramLabel = "DIR", description = "Where proc and sys are read (default: /).")
    private String fsRoot;

    @Option(names = "--telemetry-interval", paramLabel = "TIME", description = "Length of a window (default: 5s).")
    private String telemetryInterval;

    @Option(
            names = "--metrics",
            paramLabel = "HOST:PORT",
            description = "/metrics of its own (default: beside --serve).")
    private String metrics;

    @Option(names = "--window", paramLabel = "N", description = "Chunks under way at most (default: 32).")
    private String window;

    @Option(
            names = "--probe",
            paramLabel = "HOW",
            description = "Measure kernels at the first start: full (about 10 s, the default), quick or none.")
    private String probe;

    @Option(names = "--mqtt.user", paramLabel = "NAME", description = "User at the broker.")
    private String mqttUser;

    @Option(names = "--mqtt.password", paramLabel = "SECRET", description = "Its password; file:PATH reads it.")
    private String mqttPassword;

    @Option(names = "--mqtt.ca", paramLabel = "FILE", description = "PEM of the authority for ssl://.")
    private String mqttCa;

    @Option(names = "--coap.psk", paramLabel = "SECRET", description = "Pre-shared key; hex:… or file:PATH.")
    private String coapPsk;

    @Option(
            names = "--coap.heartbeat",
            paramLabel = "TIME",
            description = "Presence and observation are renewed after so long (default: 20s).")
    private String coapHeartbeat;

    @Option(names = "--config", paramLabel = "FILE", description = "Settings as YAML; options go before it.")
    private String config;

    @Option(names = "--until-stdin-closes", hidden = true)
    private boolean untilStdinCloses;

    public AgentCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        List<String> arguments = given(spec.commandLine().getParseResult());
        Map<String, String> environment = shell.environment();
        return Lifetime.run(() -> AgentMain.start(AgentConfig.parse(arguments, environment)), untilStdinCloses);
    }

    /** The verb, with an option for every setting of the agent: those above, and plainly those that have no words here. */
    public static CommandLine line(Shell shell) {
        CommandLine line = new CommandLine(new AgentCommand(shell));
        ConfigReader.of(AgentConfig.DEFAULTS).keys().forEach((key, value) -> {
            if (line.getCommandSpec().findOption("--" + key) == null) {
                line.getCommandSpec()
                        .addOption(OptionSpec.builder("--" + key)
                                .type(String.class)
                                .paramLabel("VALUE")
                                .description(value.isEmpty() ? "Setting " + key + "." : "Default: " + value + ".")
                                .build());
            }
        });
        return line;
    }

    /** What was given, as {@code --key value} pairs, which is what the servers' own configuration reads. */
    static List<String> given(ParseResult parsed) {
        List<String> arguments = new ArrayList<>();
        for (OptionSpec option : parsed.matchedOptions()) {
            if (!option.hidden()) {
                values(option).forEach(value -> arguments.addAll(List.of(option.longestName(), value)));
            }
        }
        return arguments;
    }

    private static List<String> values(ArgSpec option) {
        return option.getValue() instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of(String.valueOf((Object) option.getValue()));
    }
}
