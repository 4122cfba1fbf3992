package dev.edgewright.simulator.profile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.edgewright.common.config.ConfigReader;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.v1.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Which share of the devices has which fault, and how variants behave. A device has one fault at most, so the shares add up to no more
 * than 1; a variant's behaviour comes on top.
 *
 * @param twins devices that use the identifier of the device before them
 * @param variants how what the word names behaves on every device, see {@link Behaviour#names}
 */
public record Faults(
        Share verifying,
        Share probing,
        Share silent,
        SlowLink slowLink,
        Regression regress,
        Errors errors,
        ClockSkew clockSkew,
        Share twins,
        Flapping flapping,
        MessyLink messyLink,
        Map<String, Behaviour> variants) {

    /** A share of the devices, 0..1. */
    public record Share(double share) {
        public Share {
            within("share", share);
        }
    }

    /** @param kilobytesPerSecond that the link carries, in units of 1000 bytes */
    public record SlowLink(double share, double kilobytesPerSecond) {
        public SlowLink {
            within("share", share);
            if (!(kilobytesPerSecond > 0)) {
                throw new IllegalArgumentException("kilobytes-per-second has to be above 0");
            }
        }
    }

    /** @param factor that latencies grow by; 1.3 is 30 % slower */
    public record Regression(double share, double factor) {
        public Regression {
            within("share", share);
            if (!(factor > 0 && factor <= 1000)) {
                throw new IllegalArgumentException("factor has to be above 0 and at most 1000");
            }
        }
    }

    /** @param ratio of requests that are answered with an error, 0..1 */
    public record Errors(double share, double ratio) {
        public Errors {
            within("share", share);
            within("ratio", ratio);
        }
    }

    /** @param seconds that a clock is wrong by at most; half of them are slow, half are fast */
    public record ClockSkew(double share, long seconds) {
        public ClockSkew {
            within("share", share);
            if (seconds < 0) {
                throw new IllegalArgumentException("seconds cannot be below 0");
            }
        }
    }

    /**
     * @param up how long a connection lasts
     * @param down how long the next takes to come
     */
    public record Flapping(double share, Duration up, Duration down) {
        public Flapping {
            within("share", share);
            if (up.toMillis() < 50 || down.toMillis() < 50) {
                throw new IllegalArgumentException("up and down have to be at least 50ms");
            }
        }
    }

    /**
     * @param duplicates share of messages that come twice
     * @param delays share of messages that come later, and so after what was sent after them
     * @param delay by how much
     */
    public record MessyLink(double share, double duplicates, double delays, Duration delay) {
        public MessyLink {
            within("share", share);
            within("duplicates", duplicates);
            within("delays", delays);
        }
    }

    public static final Faults NONE = new Faults(
            new Share(0),
            new Share(0),
            new Share(0),
            new SlowLink(0, 64),
            new Regression(0, 1.5),
            new Errors(0, 0.1),
            new ClockSkew(0, 3600),
            new Share(0),
            new Flapping(0, Duration.ofSeconds(10), Duration.ofSeconds(2)),
            new MessyLink(0, 0.1, 0.1, Duration.ofMillis(500)),
            Map.of());

    private static final YAMLMapper YAML = new YAMLMapper();

    public Faults {
        double sum = verifying.share()
                + probing.share()
                + silent.share()
                + slowLink.share()
                + regress.share()
                + errors.share()
                + clockSkew.share()
                + twins.share()
                + flapping.share()
                + messyLink.share();
        if (sum > 1 + 1e-9) {
            throw new IllegalArgumentException("the shares of all faults add up to " + sum + ", more than 1");
        }
        variants = Collections.unmodifiableMap(new LinkedHashMap<>(variants));
    }

    /** Reads a file; keys are the components in kebab case. Throws as {@link ConfigReader} does. */
    public static Faults load(Path file) {
        try {
            return parse(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw EdgewrightException.resource(
                    "CONFIG_UNREADABLE", "cannot read the faults " + file + ": " + e.getMessage(), e);
        }
    }

    /** As {@link #load}; {@code where} names the text in messages. */
    public static Faults parse(String text, String where) {
        try {
            JsonNode root = YAML.readTree(text);
            Map<String, Behaviour> variants = new LinkedHashMap<>();
            if (root instanceof ObjectNode object && object.has("variants")) {
                for (Map.Entry<String, JsonNode> entry :
                        object.remove("variants").properties()) {
                    variants.put(
                            entry.getKey(),
                            ConfigReader.of(Behaviour.GOOD)
                                    .yaml(
                                            YAML.writeValueAsString(entry.getValue()),
                                            where + ", variant '" + entry.getKey() + "'")
                                    .read());
                }
                Faults others = object.isEmpty() ? NONE : read(YAML.writeValueAsString(object), where);
                return others.withVariants(variants);
            }
            return read(text, where);
        } catch (JsonProcessingException e) {
            throw EdgewrightException.caller(
                    "CONFIG_INVALID", where + " is no valid YAML: " + e.getOriginalMessage(), e);
        }
    }

    private static Faults read(String text, String where) {
        return ConfigReader.of(NONE).yaml(text, where).read();
    }

    /** The same devices with the same faults, and variants that behave so. */
    public Faults withVariants(Map<String, Behaviour> behaviours) {
        return new Faults(
                verifying,
                probing,
                silent,
                slowLink,
                regress,
                errors,
                clockSkew,
                twins,
                flapping,
                messyLink,
                behaviours);
    }

    /** How a device behaves with this variant: as the first word that names it says. */
    public Behaviour behaviour(Manifest manifest) {
        return variants.entrySet().stream()
                .filter(entry -> Behaviour.names(entry.getKey(), manifest))
                .findFirst()
                .map(Map.Entry::getValue)
                .orElse(Behaviour.GOOD);
    }

    /** The fault of each device: as many of each as the shares say, rounded, in an order that the seed decides. */
    public List<Fault> assign(int devices, long seed) {
        List<Fault> all = new ArrayList<>(devices);
        add(all, Fault.FAILS_VERIFYING, verifying.share(), devices);
        add(all, Fault.FAILS_PROBING, probing.share(), devices);
        add(all, Fault.SILENT, silent.share(), devices);
        add(all, Fault.SLOW_LINK, slowLink.share(), devices);
        add(all, Fault.REGRESSES, regress.share(), devices);
        add(all, Fault.ANSWERS_ERRORS, errors.share(), devices);
        add(all, Fault.SKEWED_CLOCK, clockSkew.share(), devices);
        add(all, Fault.TWIN, twins.share(), devices);
        add(all, Fault.FLAPS, flapping.share(), devices);
        add(all, Fault.MESSY_LINK, messyLink.share(), devices);
        add(all, Fault.NONE, 1, devices);
        Collections.shuffle(all, new Random(seed));
        return List.copyOf(all);
    }

    private static void add(List<Fault> all, Fault fault, double share, int devices) {
        long wanted = Math.min(Math.round(share * devices), devices - all.size());
        for (long i = 0; i < wanted; i++) {
            all.add(fault);
        }
    }

    private static void within(String key, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(key + " has to be from 0 to 1, this is " + value);
        }
    }
}
