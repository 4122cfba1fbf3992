package dev.edgewright.controller;

import dev.edgewright.common.config.ConfigReader;
import dev.edgewright.common.config.Secret;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.controller.events.Reach;
import dev.edgewright.controller.transfer.ByteBudget;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All settings of the controller. Keys of the file and of the environment are the components in kebab case, areas before a
 * dot: {@code http.listen}, {@code EDGEWRIGHT_CONTROLLER__HTTP__LISTEN}.
 *
 * @param data folder for everything that the controller keeps
 */
public record ControllerConfig(
        Path data,
        Http http,
        Mqtt mqtt,
        Coap coap,
        Database database,
        Jobs jobs,
        Transfer transfer,
        Webhooks webhooks) {

    /**
     * @param listen HOST:PORT; port 0 takes a free one, which {@code DATA/http.port} then names
     * @param workers threads for requests that touch the database, the disk or ONNX Runtime
     * @param maxModelMb largest ONNX file that is taken
     * @param maxDataMb largest zip of calibration and evaluation data that is taken
     */
    public record Http(String listen, int workers, int maxModelMb, int maxDataMb) {
        public Http {
            atLeastOne("http.workers", workers);
            atLeastOne("http.max-model-mb", maxModelMb);
            atLeastOne("http.max-data-mb", maxDataMb);
        }
    }

    /**
     * @param broker {@code embedded:HOST:PORT}, {@code tcp://HOST:PORT} or {@code ssl://HOST:PORT}
     * @param user of an external broker; empty for none
     * @param advertise what agents are told to connect to, where it differs from {@code broker}; empty for the same
     */
    public record Mqtt(String broker, String user, Secret password, String advertise) {}

    /**
     * @param listen HOST:PORT; empty for no CoAP
     * @param pskFile lines {@code device-id: secret}; with it CoAP speaks DTLS, without it only loopback is allowed
     */
    public record Coap(String listen, Optional<Path> pskFile) {}

    /** @param url {@code sqlite} for a file in the data folder, or a {@code jdbc:postgresql:} URL */
    public record Database(String url) {}

    /**
     * @param workers jobs that run at once; one makes variants with all cores
     * @param trainingThreads threads of a process that trains, 0 for all
     * @param trainingMemoryMb resident memory at which a process that trains is ended, 0 for no limit
     * @param trainingCacheMb disk for trained variants and unfinished trainings, kept so that the same recipe need not train again
     */
    public record Jobs(int workers, int trainingThreads, int trainingMemoryMb, int trainingCacheMb) {
        public Jobs {
            atLeastOne("jobs.workers", workers);
            if (trainingThreads < 0 || trainingMemoryMb < 0 || trainingCacheMb < 0) {
                throw EdgewrightException.caller("CONFIG_INVALID", "jobs.training-* cannot be negative");
            }
        }
    }

    /**
     * Budget of all chunks together.
     *
     * @param bytesPerSecond 0 for no bound
     * @param bytesPerWindow 0 for no bound
     * @param window windows follow each other from 1970 UTC
     */
    public record Transfer(long bytesPerSecond, long bytesPerWindow, Duration window) {
        public Transfer {
            new ByteBudget(bytesPerSecond, bytesPerWindow, window);
        }

        ByteBudget budget() {
            return new ByteBudget(bytesPerSecond, bytesPerWindow, window);
        }
    }

    /**
     * @param reach which addresses they may have: a list of public, private and loopback
     * @param attempts after which a delivery is given up
     */
    public record Webhooks(String reach, int attempts) {
        public Webhooks {
            Reach.parse(reach);
            atLeastOne("webhooks.attempts", attempts);
        }
    }

    public static final ControllerConfig DEFAULTS = new ControllerConfig(
            Path.of("data/controller"),
            new Http("127.0.0.1:8080", 8, 2048, 4096),
            new Mqtt("embedded:127.0.0.1:1883", "", Secret.none(), ""),
            new Coap("", Optional.empty()),
            new Database("sqlite"),
            new Jobs(1, 0, 4096, 2048),
            new Transfer(0, 0, Duration.ofDays(1)),
            new Webhooks("public", 16));

    private static final String ENVIRONMENT = "EDGEWRIGHT_CONTROLLER__";

    /** Options of the command line and the keys that they set. */
    private static final Map<String, String> OPTIONS = Map.of(
            "--data", "data",
            "--http", "http.listen",
            "--mqtt", "mqtt.broker",
            "--coap", "coap.listen",
            "--coap-psk", "coap.psk-file",
            "--db", "database.url");

    /**
     * Defaults, then {@code --config FILE}, then the environment, then options.
     *
     * @throws EdgewrightException CONFIG_UNKNOWN_KEY, CONFIG_INVALID, CONFIG_UNREADABLE, OPTION_UNKNOWN
     */
    public static ControllerConfig of(List<String> arguments, Map<String, String> environment) {
        var reader = ConfigReader.of(DEFAULTS);
        for (int i = 0; i + 1 < arguments.size(); i += 2) {
            if (arguments.get(i).equals("--config")) {
                reader.file(Path.of(arguments.get(i + 1)));
            }
        }
        reader.environment(environment, ENVIRONMENT);
        for (int i = 0; i < arguments.size(); i += 2) {
            var option = arguments.get(i);
            if (i + 1 == arguments.size()) {
                throw EdgewrightException.caller("OPTION_UNKNOWN", option + " needs a value");
            }
            if (OPTIONS.containsKey(option)) {
                reader.override(OPTIONS.get(option), arguments.get(i + 1));
            } else if (!option.equals("--config")) {
                throw EdgewrightException.caller(
                        "OPTION_UNKNOWN",
                        "unknown option " + option + "; there are --config "
                                + String.join(" ", new java.util.TreeSet<>(OPTIONS.keySet())));
            }
        }
        return reader.read();
    }

    /** Every key and its default, as a reference lists them. */
    public static Map<String, String> keys() {
        return ConfigReader.of(DEFAULTS).keys();
    }

    public ControllerConfig withWebhooks(String reach) {
        return new ControllerConfig(
                data, http, mqtt, coap, database, jobs, transfer, new Webhooks(reach, webhooks.attempts()));
    }

    public ControllerConfig withData(Path value) {
        return new ControllerConfig(value, http, mqtt, coap, database, jobs, transfer, webhooks);
    }

    public ControllerConfig withHttp(String listen) {
        return new ControllerConfig(
                data,
                new Http(listen, http.workers(), http.maxModelMb(), http.maxDataMb()),
                mqtt,
                coap,
                database,
                jobs,
                transfer,
                webhooks);
    }

    public ControllerConfig withMqtt(String broker) {
        return new ControllerConfig(
                data,
                http,
                new Mqtt(broker, mqtt.user(), mqtt.password(), mqtt.advertise()),
                coap,
                database,
                jobs,
                transfer,
                webhooks);
    }

    public ControllerConfig withCoap(String listen, Optional<Path> pskFile) {
        return new ControllerConfig(data, http, mqtt, new Coap(listen, pskFile), database, jobs, transfer, webhooks);
    }

    public ControllerConfig withDatabase(String url) {
        return new ControllerConfig(data, http, mqtt, coap, new Database(url), jobs, transfer, webhooks);
    }

    private static void atLeastOne(String key, int value) {
        if (value < 1) {
            throw EdgewrightException.caller("CONFIG_INVALID", key + " must be at least 1: " + value);
        }
    }
}
