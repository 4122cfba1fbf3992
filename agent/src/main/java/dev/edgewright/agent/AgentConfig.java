package dev.edgewright.agent;

import dev.edgewright.common.config.ConfigReader;
import dev.edgewright.common.config.Secret;
import dev.edgewright.common.error.EdgewrightException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every setting of the agent. On the command line {@code --threads 2}, in a file {@code threads: 2}, in the environment
 * {@code EDGEWRIGHT_AGENT__THREADS=2}; areas are parted by a dot, {@code --mqtt.user cam}.
 *
 * @param id name of this device; made up once and kept in {@code DATA/id} when absent
 * @param broker {@code tcp://}, {@code ssl://}, {@code coap://} (loopback only) or {@code coaps://}
 * @param data where everything lies that survives a restart
 * @param trust folder of {@code *.pub}: {@code fleet*.pub} may sign desired states, {@code catalog*.pub} manifests; a key of
 *     any other name may sign both
 * @param serve address of the inference endpoint; port 0 takes a free one, which {@code DATA/serve.port} then names
 * @param threads of one inference; 0 for all cores
 * @param memoryMb resident memory that the agent may reach; 0 for all there is
 * @param label {@code key=value}, any number
 * @param profile YAML file with {@code threads}, {@code memory-mb}, {@code disable-isa}, {@code label}: a device's size
 * @param disableIsa instruction sets that are not reported though they are there
 * @param fsRoot where {@code proc} and {@code sys} are read
 * @param metrics address of a {@code /metrics} of its own; beside the inference endpoint when absent
 * @param window chunks under way to this device at most
 * @param probe how thoroughly the device measures its kernels at the first start: {@code full} takes about 10 s
 */
public record AgentConfig(
        Optional<String> id,
        URI broker,
        Path data,
        Path trust,
        String serve,
        int threads,
        int memoryMb,
        List<String> label,
        Optional<Path> profile,
        List<String> disableIsa,
        Path fsRoot,
        Duration telemetryInterval,
        Optional<String> metrics,
        int window,
        ProbeMode probe,
        Mqtt mqtt,
        Coap coap) {

    /** How thoroughly a device measures itself. */
    public enum ProbeMode {
        FULL,
        QUICK,
        NONE
    }

    /**
     * @param ca PEM file of the authority that the broker's certificate must come from
     */
    public record Mqtt(Optional<String> user, Optional<Secret> password, Optional<Path> ca) {}

    /**
     * @param psk pre-shared key of the device, whose id is the PSK identity; hex digits after {@code hex:}, else its characters
     * @param answer how long an exchange may take before the connection counts as lost
     * @param heartbeat presence is posted again after so long of silence, and the observation of the desired state renewed
     */
    public record Coap(Optional<Secret> psk, Duration answer, Duration heartbeat) {
        public Coap {
            if (heartbeat.toMillis() < 1000) {
                throw new IllegalArgumentException("coap.heartbeat is at least 1s, was " + heartbeat);
            }
        }
    }

    public static final AgentConfig DEFAULTS = new AgentConfig(
            Optional.empty(),
            URI.create("tcp://127.0.0.1:1883"),
            Path.of("agent-data"),
            Path.of("trust"),
            "127.0.0.1:8090",
            0,
            0,
            List.of(),
            Optional.empty(),
            List.of(),
            Path.of("/"),
            Duration.ofSeconds(5),
            Optional.empty(),
            32,
            ProbeMode.FULL,
            new Mqtt(Optional.empty(), Optional.empty(), Optional.empty()),
            new Coap(Optional.empty(), Duration.ofSeconds(20), Duration.ofSeconds(20)));

    private static final String PREFIX = "EDGEWRIGHT_AGENT__";

    public AgentConfig {
        if (broker.getScheme() == null || broker.getHost() == null) {
            throw new IllegalArgumentException("broker '" + broker + "' is no address such as tcp://127.0.0.1:1883");
        }
        if (threads < 0 || memoryMb < 0 || window < 1) {
            throw new IllegalArgumentException("threads and memory-mb cannot be negative, window is at least 1");
        }
        if (telemetryInterval.toMillis() < 100) {
            throw new IllegalArgumentException("telemetry-interval is at least 100ms, was " + telemetryInterval);
        }
        label.forEach(AgentConfig::requireLabel);
    }

    /** Reads {@code --config FILE}, the environment and {@code --key value} options, the last of which win. */
    public static AgentConfig parse(List<String> arguments, Map<String, String> environment) {
        Map<String, List<String>> options = options(arguments);
        ConfigReader<AgentConfig> reader = ConfigReader.of(DEFAULTS);
        List<String> profile = options.get("profile");
        if (profile != null) {
            reader.file(Path.of(profile.get(profile.size() - 1)));
        }
        List<String> file = options.remove("config");
        if (file != null) {
            reader.file(Path.of(file.get(file.size() - 1)));
        }
        reader.environment(environment, PREFIX);
        options.forEach((key, values) -> {
            boolean many = key.equals("label") || key.equals("disable-isa");
            reader.override(key, many ? String.join(",", values) : values.get(values.size() - 1));
        });
        return reader.read();
    }

    /** Every setting with what it is when nothing is said. */
    static String usage() {
        StringBuilder text = new StringBuilder("""
                Usage: edgewright-agent [--SETTING VALUE ...]
                Makes this machine a device of a fleet. Every setting may stand in a YAML file (--config FILE) and in the environment
                (EDGEWRIGHT_AGENT__MQTT__USER for mqtt.user); what it means: docs/agent.md.

                """);
        ConfigReader.of(DEFAULTS)
                .keys()
                .forEach((key, value) ->
                        text.append(String.format("  --%-20s %s%n", key, value.isEmpty() ? "" : "default: " + value)));
        return text.append("""

                Example:
                  edgewright-agent --id cam-1 --broker ssl://broker:8883 --mqtt.ca ca.pem --trust /etc/edgewright/trust
                """).toString();
    }

    /** The labels as a map. */
    public Map<String, String> labels() {
        Map<String, String> labels = new LinkedHashMap<>();
        label.forEach(pair -> labels.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1)));
        return labels;
    }

    private static Map<String, List<String>> options(List<String> arguments) {
        Map<String, List<String>> options = new LinkedHashMap<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (!argument.startsWith("--")) {
                throw EdgewrightException.caller(
                        "CONFIG_INVALID", "'" + argument + "' is no option; options are --key value");
            }
            int equals = argument.indexOf('=');
            String key = equals < 0 ? argument.substring(2) : argument.substring(2, equals);
            String value;
            if (equals >= 0) {
                value = argument.substring(equals + 1);
            } else if (i + 1 < arguments.size()) {
                value = arguments.get(++i);
            } else {
                throw EdgewrightException.caller("CONFIG_INVALID", "--" + key + " needs a value");
            }
            options.computeIfAbsent(key.equals("isa-mask") ? "disable-isa" : key, k -> new ArrayList<>())
                    .add(value);
        }
        return options;
    }

    private static void requireLabel(String label) {
        if (label.indexOf('=') < 1) {
            throw new IllegalArgumentException("label '" + label + "' is not key=value");
        }
    }
}
