package dev.edgewright.compression.recipe;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The parameters of one step, as a recipe gives them: read by name and type, with a default for each. */
public final class StepParameters {

    private final String step;
    private final Map<String, Object> values;

    public StepParameters(String step, Map<String, Object> values) {
        this.step = step;
        this.values = new TreeMap<>(values);
    }

    /** No parameters. */
    public static StepParameters none(String step) {
        return new StepParameters(step, Map.of());
    }

    /** Checks that no other key than these is given. */
    public StepParameters only(String... known) {
        Set<String> unknown = new TreeSet<>(values.keySet());
        unknown.removeAll(Set.of(known));
        if (!unknown.isEmpty()) {
            throw new CompressionException(
                    Code.RECIPE_INVALID,
                    "step " + step + " does not know " + unknown + "; it knows " + new TreeSet<>(Set.of(known)));
        }
        return this;
    }

    public String text(String key, String otherwise) {
        Object value = values.get(key);
        return value == null ? otherwise : value.toString();
    }

    public double number(String key, double otherwise) {
        Object value = values.get(key);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        throw wrong(key, "a number", value);
    }

    public int integer(String key, int otherwise) {
        double value = number(key, otherwise);
        if (value != Math.rint(value)) {
            throw wrong(key, "a whole number", value);
        }
        return (int) value;
    }

    public boolean flag(String key, boolean otherwise) {
        Object value = values.get(key);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw wrong(key, "true or false", value);
    }

    /** A list of texts; a single text is a list of one. */
    public Set<String> texts(String key) {
        Object value = values.get(key);
        Set<String> texts = new TreeSet<>();
        if (value instanceof Collection<?> many) {
            many.forEach(one -> texts.add(String.valueOf(one)));
        } else if (value != null) {
            texts.add(value.toString());
        }
        return texts;
    }

    private CompressionException wrong(String key, String wanted, Object value) {
        return new CompressionException(
                Code.RECIPE_INVALID, "step " + step + ": " + key + " must be " + wanted + ", not " + value);
    }

    /** All parameters by name, in order. */
    public Map<String, Object> values() {
        return Map.copyOf(values);
    }

    @Override
    public String toString() {
        return values.isEmpty() ? step : step + values;
    }
}
