package dev.edgewright.cli.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.edgewright.cli.remote.CliFailure.Exit;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where the controller is and how to print. Precedence: option, environment, configuration file, default.
 *
 * @param server base address of the controller, without {@code /api}
 * @param output {@code table} or {@code json}
 */
public record Settings(URI server, Output output) {
    public static final String DEFAULT_SERVER = "http://127.0.0.1:8080";

    /** How results are printed. */
    public enum Output {
        table,
        json
    }

    /** The configuration file's keys; a key that is not here is an error. */
    private record File(String server, Output output) {
        static final File EMPTY = new File(null, null);
    }

    /**
     * @param server the {@code --server} option or null
     * @param output the {@code --output} option or null
     * @param config the {@code --config} option or null for {@code ~/.config/edgewright/config.yaml}
     */
    static Settings resolve(String server, Output output, Path config, Map<String, String> environment, Path home) {
        Path file = config != null ? config : defaultFile(environment, home);
        if (config != null && !Files.isRegularFile(config)) {
            throw new CliFailure(Exit.USAGE, "no configuration file " + config, "Leave --config out, or create it.");
        }
        File saved = Files.isRegularFile(file) ? read(file) : File.EMPTY;
        String address = first(server, environment.get("EDGEWRIGHT_SERVER"), saved.server(), DEFAULT_SERVER);
        Output how = output != null ? output : saved.output() != null ? saved.output() : Output.table;
        return new Settings(address(address), how);
    }

    static Path defaultFile(Map<String, String> environment, Path home) {
        String xdg = environment.getOrDefault("XDG_CONFIG_HOME", "");
        Path folder = xdg.isEmpty() ? home.resolve(".config") : Path.of(xdg);
        return folder.resolve("edgewright").resolve("config.yaml");
    }

    private static File read(Path file) {
        try {
            String text = Files.readString(file);
            if (text.isBlank()) {
                return File.EMPTY;
            }
            File read = YAMLMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build()
                    .readValue(text, File.class);
            return read == null ? File.EMPTY : read;
        } catch (UnrecognizedPropertyException e) {
            throw new CliFailure(
                    Exit.USAGE, file + ": unknown key '" + e.getPropertyName() + "'", "Known keys: server, output.");
        } catch (JsonProcessingException e) {
            throw new CliFailure(
                    Exit.USAGE,
                    file + ": " + e.getOriginalMessage(),
                    "It is YAML: server: " + DEFAULT_SERVER + " and output: table.");
        } catch (IOException e) {
            throw new CliFailure(Exit.USAGE, "cannot read " + file + ": " + e.getMessage(), "");
        }
    }

    private static URI address(String text) {
        String full = text.contains("://") ? text : "http://" + text;
        try {
            URI uri = new URI(full.endsWith("/") ? full.substring(0, full.length() - 1) : full);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (java.net.URISyntaxException e) {
            // reported below with what an address looks like
        }
        throw new CliFailure(Exit.USAGE, "'" + text + "' is not the address of a server", "Example: " + DEFAULT_SERVER);
    }

    private static String first(String... candidates) {
        for (String candidate : candidates) {
            if (candidate != null && !candidate.isBlank()) {
                return candidate;
            }
        }
        throw new IllegalArgumentException("no default");
    }
}
