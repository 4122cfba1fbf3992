package dev.edgewright.cli.verbs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.cli.remote.CliFailure;
import dev.edgewright.cli.remote.CliFailure.Exit;
import dev.edgewright.cli.remote.RemoteOptions;
import dev.edgewright.cli.remote.Shell;
import dev.edgewright.cli.remote.Shell.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code edgewright trust}: the controller's public keys, for an agent's trust folder. */
@Command(
        name = "trust",
        description = "Fetch the controller's public keys into a folder that agents trust.",
        footer = {
            "",
            "Devices believe these keys and nobody else. Run it over a connection that you trust, and compare the key ids.",
            "",
            "Example:",
            "  edgewright trust --server http://controller:8080 trust"
        })
public final class TrustCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private RemoteOptions remote;

    @Parameters(paramLabel = "DIR", description = "The folder; made when it is not there.")
    private Path folder;

    public TrustCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        Session session = shell.connect(remote);
        JsonNode keys = session.api().get("/info").path("trust");
        if (keys.isEmpty()) {
            throw new CliFailure(Exit.FAILED, session.api().server() + " names no keys", "");
        }
        for (JsonNode key : keys) {
            write(key);
        }
        session.print(
                keys,
                () -> keys.forEach(key -> session.terminal()
                        .out()
                        .println("Trusting " + Fields.text(key, "use") + " key " + Fields.text(key, "keyId") + " in "
                                + folder)));
        return 0;
    }

    private void write(JsonNode key) {
        String use = key.path("use").asText();
        String id = key.path("keyId").asText();
        if (!use.matches("[a-z]{1,20}") || !id.matches("[0-9a-f]{16}") || !key.has("pem")) {
            throw new CliFailure(Exit.FAILED, "the controller named a key that is none: " + key, "");
        }
        try {
            Files.createDirectories(folder);
            Files.writeString(
                    folder.resolve(use + "-" + id + ".pub"), key.path("pem").asText());
        } catch (IOException e) {
            throw new CliFailure(Exit.FAILED, "cannot write into " + folder + ": " + e.getMessage(), "");
        }
    }
}
