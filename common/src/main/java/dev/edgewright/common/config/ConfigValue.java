package dev.edgewright.common.config;

import dev.edgewright.common.error.EdgewrightException;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns the text of one setting into the type of its record component. */
final class ConfigValue {

    private static final Pattern DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(ms|s|m|h|d)");

    private ConfigValue() {}

    /** @param texts one for a single value, any number for a list */
    static Object convert(String key, Type type, List<String> texts) {
        if (type instanceof ParameterizedType generic) {
            Type element = generic.getActualTypeArguments()[0];
            if (generic.getRawType() == List.class) {
                List<Object> values = new ArrayList<>();
                texts.forEach(text -> values.add(one(key, (Class<?>) element, text)));
                return List.copyOf(values);
            }
            if (generic.getRawType() == Optional.class) {
                String text = single(key, texts);
                return text.isEmpty() ? Optional.empty() : Optional.of(one(key, (Class<?>) element, text));
            }
        }
        return one(key, (Class<?>) type, single(key, texts));
    }

    private static String single(String key, List<String> texts) {
        if (texts.size() != 1) {
            throw invalid(key, "takes one value, not a list of " + texts.size());
        }
        return texts.get(0);
    }

    private static Object one(String key, Class<?> type, String text) {
        try {
            if (type == String.class) {
                return text;
            } else if (type == Secret.class) {
                return secret(key, text);
            } else if (text.isBlank()) {
                throw invalid(key, "has no value");
            } else if (type == int.class || type == Integer.class) {
                return Integer.valueOf(text.trim());
            } else if (type == long.class || type == Long.class) {
                return Long.valueOf(text.trim());
            } else if (type == double.class || type == Double.class) {
                return finite(key, Double.parseDouble(text.trim()));
            } else if (type == boolean.class || type == Boolean.class) {
                return bool(key, text.trim());
            } else if (type == Path.class) {
                return Path.of(text);
            } else if (type == URI.class) {
                return URI.create(text);
            } else if (type == Duration.class) {
                return duration(key, text.trim());
            } else if (type.isEnum()) {
                return constant(key, type, text.trim());
            }
        } catch (IllegalArgumentException e) {
            throw invalid(key, "'" + shown(type, text) + "' is no " + type.getSimpleName());
        }
        throw EdgewrightException.bug("CONFIG_TYPE", key + " has type " + type + ", which configuration does not know");
    }

    private static double finite(String key, double value) {
        if (!Double.isFinite(value)) {
            throw invalid(key, "is " + value);
        }
        return value;
    }

    private static boolean bool(String key, String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw invalid(key, "'" + text + "' is neither true nor false");
        };
    }

    private static Duration duration(String key, String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw invalid(key, "'" + text + "' is no duration; write 250ms, 5s, 2m, 1h or 7d");
        }
        double unitMs = switch (matcher.group(2)) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            default -> 86_400_000;
        };
        return Duration.ofMillis(Math.round(Double.parseDouble(matcher.group(1)) * unitMs));
    }

    /** {@code file:PATH} reads the secret from a file, as orchestrators mount them. */
    private static Secret secret(String key, String text) {
        if (!text.startsWith("file:")) {
            return Secret.of(text);
        }
        Path file = Path.of(text.substring("file:".length()));
        try {
            return Secret.of(Files.readString(file).strip());
        } catch (IOException e) {
            throw EdgewrightException.resource("CONFIG_UNREADABLE", key + ": cannot read the secret in " + file, e);
        }
    }

    private static Object constant(String key, Class<?> type, String text) {
        String name = text.toUpperCase(Locale.ROOT).replace('-', '_');
        List<String> names = new ArrayList<>();
        for (Object constant : type.getEnumConstants()) {
            String constantName = ((Enum<?>) constant).name();
            if (constantName.equals(name)) {
                return constant;
            }
            names.add(constantName.toLowerCase(Locale.ROOT).replace('_', '-'));
        }
        throw invalid(key, "'" + text + "' is none of " + names);
    }

    /** How a default looks in a list of settings. */
    static String shown(Object value) {
        if (value instanceof Duration duration) {
            long ms = duration.toMillis();
            return ms % 1000 == 0 ? ms / 1000 + "s" : ms + "ms";
        }
        if (value instanceof Optional<?> optional) {
            return optional.map(ConfigValue::shown).orElse("");
        }
        if (value instanceof List<?> list) {
            return Arrays.toString(list.stream().map(ConfigValue::shown).toArray());
        }
        if (value instanceof Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
        return String.valueOf(value);
    }

    private static String shown(Class<?> type, String text) {
        return type == Secret.class ? "******" : text;
    }

    private static EdgewrightException invalid(String key, String what) {
        return EdgewrightException.caller("CONFIG_INVALID", key + ": " + what);
    }
}
