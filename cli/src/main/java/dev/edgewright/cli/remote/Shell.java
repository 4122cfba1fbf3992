package dev.edgewright.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.remote.Settings.Output;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a verb stands in: its terminal, environment and home folder.
 *
 * @param home the user's home folder
 */
public record Shell(Terminal terminal, Map<String, String> environment, Path home) {

    /** A connection to the controller that the options name. */
    public Session connect(RemoteOptions options) {
        Settings settings = options.settings(environment, home);
        return new Session(new Api(settings.server()), settings.output(), terminal);
    }

    /** One verb's talk with a controller. */
    public record Session(Api api, Output output, Terminal terminal) {
        /** Prints the document for scripts, or lets {@code people} print it. */
        public void print(JsonNode document, Runnable people) {
            if (output == Output.json) {
                terminal.out().println(document.toPrettyString());
            } else {
                people.run();
            }
        }

        public boolean forPeople() {
            return output == Output.table;
        }
    }
}
