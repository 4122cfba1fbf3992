package dev.edgewright.simulator.profile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.edgewright.common.config.ConfigReader;
import dev.edgewright.common.error.EdgewrightException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** The profiles of a fleet by name, and how much of the fleet each is. */
public record Mix(Map<String, Profile> profiles) {

    /** Every device alike. */
    public static final Mix DEFAULT = new Mix(Map.of("default", Profile.DEFAULT));

    private static final YAMLMapper YAML = new YAMLMapper();

    public Mix {
        if (profiles.isEmpty()) {
            throw EdgewrightException.caller("MIX_EMPTY", "a mix needs at least one profile");
        }
        profiles = new LinkedHashMap<>(profiles);
    }

    /** One device's kind. */
    public record Named(String name, Profile profile) {}

    /**
     * A file of profiles by name: {@code camera: {weight: 3, cores: 4, …}}; what a profile leaves out is as in {@link Profile#DEFAULT}.
     *
     * @throws EdgewrightException {@code CONFIG_UNREADABLE} (resource); {@code CONFIG_INVALID}, {@code CONFIG_UNKNOWN_KEY} (caller)
     */
    public static Mix load(Path file) {
        try {
            return parse(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw EdgewrightException.resource(
                    "CONFIG_UNREADABLE", "cannot read the mix " + file + ": " + e.getMessage(), e);
        }
    }

    /** As {@link #load}; {@code where} names the text in messages. */
    public static Mix parse(String text, String where) {
        try {
            JsonNode root = YAML.readTree(text);
            if (root == null || !root.isObject() || root.isEmpty()) {
                throw EdgewrightException.caller(
                        "CONFIG_INVALID", where + ": a mix is a list of names, each with the keys of a profile");
            }
            Map<String, Profile> profiles = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> entry : root.properties()) {
                String name = entry.getKey();
                profiles.put(
                        name,
                        ConfigReader.of(Profile.DEFAULT)
                                .yaml(YAML.writeValueAsString(entry.getValue()), where + ", profile '" + name + "'")
                                .read());
            }
            return new Mix(profiles);
        } catch (JsonProcessingException e) {
            throw EdgewrightException.caller(
                    "CONFIG_INVALID", where + " is no valid YAML: " + e.getOriginalMessage(), e);
        }
    }

    /** A profile by weight. */
    public Named draw(RandomGenerator random) {
        double left = random.nextDouble()
                * profiles.values().stream().mapToDouble(Profile::weight).sum();
        Named last = null;
        for (Map.Entry<String, Profile> entry : profiles.entrySet()) {
            last = new Named(entry.getKey(), entry.getValue());
            left -= entry.getValue().weight();
            if (left < 0) {
                break;
            }
        }
        return last;
    }
}
