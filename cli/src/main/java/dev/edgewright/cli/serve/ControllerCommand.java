package dev.edgewright.cli.serve;

import dev.edgewright.cli.remote.Shell;
import dev.edgewright.controller.ControllerConfig;
import dev.edgewright.controller.ControllerMain;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code edgewright controller}: the service that fits models to devices. */
@Command(
        name = "controller",
        description = "Run a controller: REST, console, metrics, and an MQTT broker unless you have one.",
        footer = {
            "",
            "Then: the console at http://127.0.0.1:8080/, metrics at /metrics, the API's description at /openapi.yaml.",
            "More settings stand in the file of --config, or in the environment as EDGEWRIGHT_CONTROLLER__HTTP__LISTEN.",
            "",
            "Examples:",
            "  edgewright controller",
            "  edgewright controller --data /var/lib/edgewright --http 0.0.0.0:8080 --mqtt embedded:0.0.0.0:1883",
            "  edgewright controller --mqtt tcp://broker:1883 --db jdbc:postgresql://db/edgewright?user=edgewright",
            "  edgewright controller --coap 0.0.0.0:5684 --coap-psk /etc/edgewright/psk.yaml"
        })
public final class ControllerCommand implements Callable<Integer> {
    private final Shell shell;

    @Spec
    private CommandSpec spec;

    @Option(names = "--data", paramLabel = "DIR", description = "Everything it keeps (default: data/controller).")
    private String data;

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            description =
                    "REST, console and metrics (default: 127.0.0.1:8080); port 0 takes a free one, see DATA/http.port.")
    private String http;

    @Option(
            names = "--mqtt",
            paramLabel = "BROKER",
            description = "embedded:HOST:PORT, tcp://HOST:PORT or ssl://HOST:PORT (default: embedded:127.0.0.1:1883).")
    private String mqtt;

    @Option(names = "--coap", paramLabel = "HOST:PORT", description = "CoAP for small devices (default: off).")
    private String coap;

    @Option(names = "--coap-psk", paramLabel = "FILE", description = "Pre-shared keys; with it CoAP speaks DTLS.")
    private String coapPsk;

    @Option(names = "--db", paramLabel = "URL", description = "sqlite or jdbc:postgresql://… (default: sqlite).")
    private String db;

    @Option(names = "--config", paramLabel = "FILE", description = "Settings as YAML; options go before it.")
    private String config;

    @Option(names = "--until-stdin-closes", hidden = true)
    private boolean untilStdinCloses;

    public ControllerCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        List<String> arguments = AgentCommand.given(spec.commandLine().getParseResult());
        return Lifetime.run(
                () -> ControllerMain.start(ControllerConfig.of(arguments, shell.environment())), untilStdinCloses);
    }
}
