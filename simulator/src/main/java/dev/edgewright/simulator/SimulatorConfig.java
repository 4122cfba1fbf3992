package dev.edgewright.simulator;

import dev.edgewright.common.config.ConfigReader;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Every setting of a simulation; options are the components in kebab case after two dashes.
 *
 * @param devices how many; their ids are the prefix and a number from 1
 * @param mix file of profiles; every device alike when absent
 * @param faults file of faults; none when absent
 * @param broker {@code tcp://HOST:PORT} or {@code ssl://HOST:PORT}
 * @param trust folder of {@code *.pub}
 * @param runFor when to end; until it is stopped when absent
 * @param prefix of device ids
 * @param connectsPerSecond connections that are begun in a second
 * @param telemetryInterval length of a window
 * @param window chunks that a device takes before it asks again
 * @param seed same seed, same devices with the same profiles and faults
 * @param cores event loops, and lanes of devices
 */
public record SimulatorConfig(
        int devices,
        Optional<Path> mix,
        Optional<Path> faults,
        URI broker,
        Path trust,
        Optional<Duration> runFor,
        String prefix,
        int connectsPerSecond,
        Duration telemetryInterval,
        int window,
        long seed,
        int cores) {

    public static final SimulatorConfig DEFAULTS = new SimulatorConfig(
            100,
            Optional.empty(),
            Optional.empty(),
            URI.create("tcp://127.0.0.1:1883"),
            Path.of("data/controller/keys"),
            Optional.empty(),
            "sim-",
            500,
            Duration.ofSeconds(5),
            32,
            1,
            2);

    public SimulatorConfig {
        within("devices", devices, 1, 100_000);
        within("connects-per-second", connectsPerSecond, 1, 100_000);
        within("window", window, 1, 4096);
        within("cores", cores, 1, 64);
        within("telemetry-interval in ms", telemetryInterval.toMillis(), 100, 3_600_000);
        if (!DeviceId.isValid(prefix + "100000")) {
            throw EdgewrightException.caller(
                    "CONFIG_INVALID", "prefix '" + prefix + "' does not begin a device id: [a-z0-9][a-z0-9._-]*");
        }
    }

    /**
     * From {@code --key value} pairs; {@code --for} is {@code run-for}, {@code --profile} is {@code mix}.
     *
     * @throws EdgewrightException CONFIG_UNKNOWN_KEY, CONFIG_INVALID, OPTION_UNKNOWN (caller)
     */
    public static SimulatorConfig of(List<String> arguments) {
        ConfigReader<SimulatorConfig> reader = ConfigReader.of(DEFAULTS);
        for (int i = 0; i < arguments.size(); i += 2) {
            String option = arguments.get(i);
            if (!option.startsWith("--")) {
                throw EdgewrightException.caller("OPTION_UNKNOWN", "'" + option + "' is no option");
            }
            if (i + 1 == arguments.size()) {
                throw EdgewrightException.caller("OPTION_UNKNOWN", option + " needs a value");
            }
            reader.override(key(option), arguments.get(i + 1));
        }
        return reader.read();
    }

    private static String key(String option) {
        return switch (option) {
            case "--for" -> "run-for";
            case "--profile" -> "mix";
            default -> option.substring(2);
        };
    }

    /** The id of a device, numbered from 1. */
    public DeviceId idOf(int number) {
        return DeviceId.of(prefix + String.format(java.util.Locale.ROOT, "%05d", number));
    }

    private static void within(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw EdgewrightException.caller(
                    "CONFIG_INVALID", key + " has to be from " + least + " to " + most + ", this is " + value);
        }
    }
}
