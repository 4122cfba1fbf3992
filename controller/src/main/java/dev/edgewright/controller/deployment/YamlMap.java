package dev.edgewright.controller.deployment;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** A mapping of a YAML file whose values know where they stand. What is wrong goes to {@link Problems}; reading goes on. */
final class YamlMap {

    private record Entry(Place key, Node value) {}

    private final String name;
    private final Place place;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Problems problems;

    private YamlMap(String name, Place place, Problems problems) {
        this.name = name;
        this.place = place;
        this.problems = problems;
    }

    /**
     * @param name of the mapping, for messages; "" for the whole file
     * @param known keys that it may have
     */
    static YamlMap of(String name, Node node, Collection<String> known, Problems problems) {
        var map = new YamlMap(name, Place.of(node.getStartMark()), problems);
        if (!(node instanceof MappingNode mapping)) {
            problems.add(map.place, (name.isEmpty() ? "the file" : name) + " must be a mapping of " + known);
            return map;
        }
        for (NodeTuple tuple : mapping.getValue()) {
            Place at = Place.of(tuple.getKeyNode().getStartMark());
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                problems.add(at, "a key must be a word");
                continue;
            }
            String word = key.getValue();
            if (!known.contains(word)) {
                problems.add(at, "unknown key '" + map.path(word) + "'" + Words.nearest(word, known));
            } else if (map.entries.containsKey(word)) {
                problems.add(
                        at,
                        "'" + map.path(word) + "' is given twice; first at "
                                + map.entries.get(word).key());
            } else {
                map.entries.put(word, new Entry(at, tuple.getValueNode()));
            }
        }
        return map;
    }

    boolean has(String key) {
        return entries.containsKey(key);
    }

    /** Of a key; of the mapping where it has no such key. */
    Place place(String key) {
        return has(key) ? entries.get(key).key() : place;
    }

    Place place() {
        return place;
    }

    String path(String key) {
        return name.isEmpty() ? key : name + "." + key;
    }

    Optional<String> text(String key) {
        if (!has(key)) {
            return Optional.empty();
        }
        if (entries.get(key).value() instanceof ScalarNode scalar
                && !scalar.getTag().equals(Tag.NULL)
                && !scalar.getValue().isBlank()) {
            return Optional.of(scalar.getValue());
        }
        problems.add(place(key), "'" + path(key) + "' must be one value");
        return Optional.empty();
    }

    /** A value that {@code parse} reads; it throws IllegalArgumentException for what it cannot take. */
    <T> Optional<T> value(String key, String wanted, Function<String, T> parse) {
        return text(key).flatMap(text -> {
            try {
                return Optional.of(parse.apply(text.strip()));
            } catch (IllegalArgumentException e) {
                problems.add(place(key), "'" + path(key) + "' is '" + text + "'; it must be " + wanted);
                return Optional.empty();
            }
        });
    }

    OptionalDouble number(String key, String wanted, Function<String, Double> parse) {
        return value(key, wanted, parse).map(OptionalDouble::of).orElse(OptionalDouble.empty());
    }

    OptionalInt whole(String key, int low, int high) {
        return value(key, "a whole number from " + low + " to " + high, text -> {
                    int value = Integer.parseInt(text);
                    if (value < low || value > high) {
                        throw new IllegalArgumentException(text);
                    }
                    return value;
                })
                .map(OptionalInt::of)
                .orElse(OptionalInt.empty());
    }

    Optional<YamlMap> map(String key, Collection<String> known) {
        return has(key) ? Optional.of(of(path(key), entries.get(key).value(), known, problems)) : Optional.empty();
    }

    List<YamlMap> maps(String key, Collection<String> known) {
        if (!has(key)) {
            return List.of();
        }
        if (!(entries.get(key).value() instanceof SequenceNode sequence)) {
            problems.add(place(key), "'" + path(key) + "' must be a list");
            return List.of();
        }
        var all = new ArrayList<YamlMap>();
        for (int i = 0; i < sequence.getValue().size(); i++) {
            all.add(of(path(key) + "[" + i + "]", sequence.getValue().get(i), known, problems));
        }
        return all;
    }

    Optional<Node> node(String key) {
        return has(key) ? Optional.of(entries.get(key).value()) : Optional.empty();
    }
}
