package dev.edgewright.controller.deployment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Turns the rollout's part of the file into plain values, and remembers where each stands. */
final class SectionReader {

    private static final Pattern QUOTED = Pattern.compile("'([A-Za-z0-9_.\\[\\]]+)'");

    private final RolloutSection section;
    private final Problems problems;
    private final Map<String, Place> places;

    SectionReader(RolloutSection section, Problems problems, Map<String, Place> places) {
        this.section = section;
        this.problems = problems;
        this.places = places;
    }

    /** @param path of the mapping in the section, without indexes; "" for the section */
    Map<String, Object> mapping(String path, Node node) {
        var values = new LinkedHashMap<String, Object>();
        var known = section.keys(path);
        if (!(node instanceof MappingNode mapping)) {
            problems.add(Place.of(node.getStartMark()), "'" + shown(path) + "' must be a mapping of " + known);
            return values;
        }
        for (NodeTuple tuple : mapping.getValue()) {
            Place place = Place.of(tuple.getKeyNode().getStartMark());
            String key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
            String full = path.isEmpty() ? key : path + "." + key;
            if (!known.contains(key)) {
                problems.add(place, "unknown key '" + shown(full) + "'" + Words.nearest(key, known));
            } else if (values.containsKey(key)) {
                problems.add(place, "'" + shown(full) + "' is given twice; first at " + places.get(full));
            } else {
                places.put(full, place);
                values.put(key, value(full, tuple.getValueNode()));
            }
        }
        return values;
    }

    private Object value(String path, Node node) {
        if (node instanceof SequenceNode sequence) {
            var all = new ArrayList<Object>();
            sequence.getValue().forEach(item -> all.add(value(path, item)));
            return all;
        }
        if (node instanceof ScalarNode scalar) {
            return scalar(scalar);
        }
        return mapping(path, node);
    }

    private static Object scalar(ScalarNode scalar) {
        String text = scalar.getValue();
        if (scalar.getTag().equals(Tag.NULL)) {
            return null;
        }
        if (scalar.getTag().equals(Tag.BOOL)) {
            return Boolean.valueOf(text);
        }
        try {
            if (scalar.getTag().equals(Tag.INT)) {
                return Long.valueOf(text.replace("_", ""));
            }
            if (scalar.getTag().equals(Tag.FLOAT)) {
                return Double.valueOf(text);
            }
        } catch (NumberFormatException e) {
            return text;
        }
        return text;
    }

    private static String shown(String path) {
        return path.isEmpty() ? "rollout" : "rollout." + path;
    }

    /** Where the field stands that a message names in quotes. */
    static Place placeOf(String message, Map<String, Place> places, Place otherwise) {
        var matcher = QUOTED.matcher(message);
        while (matcher.find()) {
            String name = matcher.group(1).replaceAll("\\[\\d+\\]", "");
            if (places.containsKey(name)) {
                return places.get(name);
            }
        }
        // Domain records name a field without quotes: the longest key that the message holds.
        return places.entrySet().stream()
                .filter(e -> message.contains(e.getKey().substring(e.getKey().lastIndexOf('.') + 1)))
                .max(java.util.Comparator.comparingInt(e -> e.getKey().length()))
                .map(Map.Entry::getValue)
                .orElse(otherwise);
    }
}
