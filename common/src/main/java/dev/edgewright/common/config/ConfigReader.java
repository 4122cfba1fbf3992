package dev.edgewright.common.config;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.edgewright.common.error.EdgewrightException;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads settings into a record. The defaults are an instance of it; its components are the keys, {@code maxIdle} as {@code max-idle},
 * records in it are areas, {@code http.port}. What is set later wins: defaults, then the YAML file, then the environment, then
 * single overrides, such as those of a command line.
 *
 * <pre>{@code
 * ControllerConfig config = ConfigReader.of(ControllerConfig.DEFAULTS)
 *         .file(path)
 *         .environment(env, "EDGEWRIGHT_CONTROLLER__")   // EDGEWRIGHT_CONTROLLER__HTTP__MAX_IDLE=30s
 *         .override("http.port", "9090")
 *         .read();
 * }</pre>
 *
 * <p>Types: text, whole and real numbers, booleans, enums ({@code embedded-broker}), {@code Path}, {@code URI}, {@code Duration}
 * ({@code 250ms}, {@code 5s}), {@link Secret} ({@code file:PATH} reads it from a file), {@code Optional} and {@code List} of these.
 * A key that is not known, a value that does not fit, or one that a record's constructor refuses: {@code CONFIG_UNKNOWN_KEY} or
 * {@code CONFIG_INVALID} (caller), with the place, and for unknown keys with the nearest known one. The environment parts keys with
 * two underscores, so that what orchestrators put there for their services ({@code ..._CONTROLLER_PORT}) is never taken for a setting.
 */
public final class ConfigReader<R extends Record> {

    private static final YAMLMapper YAML = new YAMLMapper(YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());

    /** A text, or several for a list, and where they were set. */
    private record Setting(List<String> texts, String where) {}

    private final R defaults;
    private final Map<String, Object> known = new LinkedHashMap<>();
    private final Map<String, Setting> settings = new TreeMap<>();

    private ConfigReader(R defaults) {
        this.defaults = defaults;
        collect("", defaults);
    }

    public static <R extends Record> ConfigReader<R> of(R defaults) {
        return new ConfigReader<>(defaults);
    }

    /** Every key and its default, in order: what a reference page lists and a test pins. */
    public Map<String, String> keys() {
        Map<String, String> keys = new LinkedHashMap<>();
        known.forEach((key, value) -> keys.put(key, ConfigValue.shown(value)));
        return keys;
    }

    /** Takes what the file sets. Throws {@code CONFIG_UNREADABLE} (resource) where there is no such file. */
    public ConfigReader<R> file(Path file) {
        try {
            return yaml(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw EdgewrightException.resource(
                    "CONFIG_UNREADABLE", "cannot read the configuration " + file + ": " + e.getMessage(), e);
        }
    }

    /** Takes what this YAML sets; {@code where} names it in messages. */
    public ConfigReader<R> yaml(String text, String where) {
        try {
            JsonNode root = YAML.readTree(text);
            if (root != null && !root.isMissingNode() && !root.isNull()) {
                node("", root, where);
            }
            return this;
        } catch (JacksonException e) {
            throw EdgewrightException.caller(
                    "CONFIG_INVALID", where + " is no valid YAML: " + e.getOriginalMessage() + " " + place(e), e);
        }
    }

    /** Takes the variables with this prefix: {@code PREFIX} and the key in upper snake case, areas parted by two underscores. */
    public ConfigReader<R> environment(Map<String, String> environment, String prefix) {
        new TreeMap<>(environment).forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                String key = name.substring(prefix.length())
                        .toLowerCase(Locale.ROOT)
                        .replace("__", ".")
                        .replace('_', '-');
                set(key, isList(key) ? split(value) : List.of(value), "environment variable " + name);
            }
        });
        return this;
    }

    /** Sets one key; lists are parted by commas. */
    public ConfigReader<R> override(String key, String value) {
        set(key, isList(key) ? split(value) : List.of(value), "option " + key);
        return this;
    }

    /** The record with all that was set. */
    @SuppressWarnings("unchecked") // build returns an instance of the class it was given
    public R read() {
        return (R) build("", defaults);
    }

    private void collect(String area, Record record) {
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            String key = area + kebab(component.getName());
            Object value = get(record, component);
            if (value instanceof Record nested) {
                collect(key + ".", nested);
            } else {
                known.put(key, value);
            }
        }
    }

    private void node(String area, JsonNode node, String where) {
        if (!node.isObject()) {
            throw EdgewrightException.caller(
                    "CONFIG_INVALID",
                    where + ": " + (area.isEmpty() ? "the file" : area) + " has to be a list of keys and values");
        }
        node.properties().forEach(entry -> {
            String key = area.isEmpty() ? entry.getKey() : area + "." + entry.getKey();
            JsonNode value = entry.getValue();
            if (known.containsKey(key)) {
                set(key, texts(key, value, where), where);
            } else if (known.keySet().stream().anyMatch(k -> k.startsWith(key + "."))) {
                node(key, value, where);
            } else {
                throw unknown(key, where);
            }
        });
    }

    private static List<String> texts(String key, JsonNode value, String where) {
        List<JsonNode> nodes = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(nodes::add);
        } else {
            nodes.add(value);
        }
        return nodes.stream()
                .map(node -> {
                    if (!node.isValueNode() || node.isNull()) {
                        throw EdgewrightException.caller("CONFIG_INVALID", where + ": " + key + " has no value");
                    }
                    return node.asText();
                })
                .toList();
    }

    private void set(String key, List<String> texts, String where) {
        if (!known.containsKey(key)) {
            throw unknown(key, where);
        }
        settings.put(key, new Setting(texts, where));
    }

    private boolean isList(String key) {
        return known.get(key) instanceof List;
    }

    private static List<String> split(String value) {
        return value.isBlank() ? List.of() : List.of(value.trim().split("\\s*,\\s*"));
    }

    private EdgewrightException unknown(String key, String where) {
        String hint = NearestKey.to(key, known.keySet())
                .map(nearest -> "did you mean '" + nearest + "'?")
                .orElse("known keys: " + String.join(", ", known.keySet()));
        return EdgewrightException.caller(
                "CONFIG_UNKNOWN_KEY", where + ": no setting is called '" + key + "'; " + hint);
    }

    private Record build(String area, Record base) {
        RecordComponent[] components = base.getClass().getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String key = area + kebab(components[i].getName());
            types[i] = components[i].getType();
            Object value = get(base, components[i]);
            if (value instanceof Record nested) {
                values[i] = build(key + ".", nested);
            } else if (settings.containsKey(key)) {
                values[i] = convert(key, components[i]);
            } else {
                values[i] = value;
            }
        }
        return construct(area, base.getClass(), types, values);
    }

    private Object convert(String key, RecordComponent component) {
        Setting setting = settings.get(key);
        return ConfigValue.convert(setting.where() + ": " + key, component.getGenericType(), setting.texts());
    }

    private Record construct(String area, Class<? extends Record> type, Class<?>[] types, Object[] values) {
        try {
            Constructor<? extends Record> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException || e.getCause() instanceof EdgewrightException) {
                String where = area.isEmpty() ? "configuration" : area.substring(0, area.length() - 1);
                throw EdgewrightException.caller(
                        "CONFIG_INVALID", where + ": " + e.getCause().getMessage(), e.getCause());
            }
            throw EdgewrightException.bug("CONFIG_TYPE", "the constructor of " + type + " failed", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw EdgewrightException.bug("CONFIG_TYPE", type + " cannot be made from its components", e);
        }
    }

    private static Object get(Record record, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw EdgewrightException.bug("CONFIG_TYPE", "cannot read " + component + " of " + record.getClass(), e);
        }
    }

    private static String kebab(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    private static String place(JacksonException e) {
        return e.getLocation() == null
                ? ""
                : "(line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
    }
}
