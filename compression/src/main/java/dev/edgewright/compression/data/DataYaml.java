package dev.edgewright.compression.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.data.format.Column;
import dev.edgewright.compression.data.format.ColumnMoments;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a data.yaml; an unknown key is an error that names the known ones. */
final class DataYaml {

    private static final Pattern RANGE = Pattern.compile("\\s*(\\d+)\\s*\\.\\.\\s*(\\d+)\\s*");
    private static final Set<String> TOP = Set.of("inputs", "labels", "output", "metric", "splits");

    /** Which samples a split takes, of which files. */
    private record Range(Map<String, String> files, long from, long to) {}

    private final JsonNode inputs;
    private final JsonNode splits;
    private final boolean labelled;
    private final DataFiles files;
    private final InputColumns inputColumns;
    private final LabelColumns labelColumns;
    private final Task task;
    private final Map<String, ColumnMoments> moments = new HashMap<>();

    private DataYaml(JsonNode root, DataFiles files) {
        Keys.known("data.yaml", root, TOP);
        this.inputs = root.path("inputs");
        if (!inputs.isObject() || inputs.isEmpty()) {
            throw Keys.bad("data.yaml names no inputs");
        }
        this.splits = root.path("splits");
        this.labelled = root.hasNonNull("labels");
        this.files = files;
        Task.Metric metric = Task.Metric.named(root.path("metric").asText(labelled ? "top1" : "cosine"));
        this.task = new Task(root.path("output").asText(""), metric);
        if (metric.needsLabels() && !labelled) {
            throw Keys.bad("metric " + metric.label() + " needs labels, and data.yaml names none");
        }
        this.inputColumns = new InputColumns(files, root.path("labels"));
        this.labelColumns = new LabelColumns(files, root.path("labels"), metric.comparesNumbers());
    }

    static DataSource read(Path yaml, boolean confined) {
        try {
            JsonNode root = new YAMLMapper().readTree(yaml.toFile());
            DataFiles files = new DataFiles(yaml.toAbsolutePath().getParent(), confined);
            return new DataYaml(root, files).source(yaml);
        } catch (JsonProcessingException e) {
            throw new CompressionException(Code.DATA_INVALID, yaml + " is not YAML: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new CompressionException(Code.DATA_INVALID, "cannot read " + yaml + ": " + e, e);
        }
    }

    private DataSource source(Path yaml) throws IOException {
        Map<String, Split> result = new LinkedHashMap<>();
        if (splits.isObject()) {
            splits.fieldNames().forEachRemaining(name -> result.put(name, split(name)));
        } else {
            result.put(DataSource.VALIDATION, split(DataSource.VALIDATION));
        }
        return new DataSource(result, task, files.digest(yaml));
    }

    private Split split(String name) {
        Range range = range(name);
        Map<String, Column> columns = new LinkedHashMap<>();
        inputs.properties().forEach(entry -> {
            String input = entry.getKey();
            columns.put(
                    input,
                    inputColumns.column(
                            input, entry.getValue(), range.files().get(input), moments(input, entry.getValue())));
        });
        Column truth = labelled ? labelColumns.column(range.files().get("labels")) : null;
        long count = columns.values().stream().mapToLong(Column::count).min().orElse(0);
        return new Split(
                name,
                columns,
                task.metric().comparesNumbers() ? null : truth,
                task.metric().comparesNumbers() ? truth : null,
                range.from(),
                range.to() < 0 ? count : range.to());
    }

    /** The range of a split; a negative end means as many as there are. */
    private Range range(String name) {
        JsonNode spec = splits.path(name);
        Map<String, String> other = new LinkedHashMap<>();
        String range = spec.asText("");
        if (spec.isObject()) {
            Keys.known("split " + name, spec, Set.of("files", "range"));
            spec.path("files")
                    .properties()
                    .forEach(file -> other.put(file.getKey(), file.getValue().asText()));
            for (String key : other.keySet()) {
                if (!key.equals("labels") && !inputs.has(key)) {
                    throw Keys.bad("split " + name + " gives a file for " + key + ", which is not an input");
                }
            }
            range = spec.path("range").asText("");
        }
        if (range.isEmpty()) {
            return new Range(other, 0, -1);
        }
        Matcher matcher = RANGE.matcher(range);
        if (!matcher.matches()) {
            throw Keys.bad("split " + name + " must be a range such as 0..512, not " + range);
        }
        return new Range(other, Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
    }

    /** Mean and deviation of an input's features over the split that {@code standardise} names, measured once. */
    private ColumnMoments moments(String input, JsonNode spec) {
        if (!spec.hasNonNull("standardise")) {
            return null;
        }
        return moments.computeIfAbsent(input, key -> {
            String over = spec.get("standardise").asText();
            if (!splits.has(over)) {
                throw Keys.bad(
                        "input " + input + ": standardise names the split " + over + ", which data.yaml does not have");
            }
            Range range = range(over);
            Column raw = inputColumns.column(input, spec, range.files().get(input), null);
            long to = range.to() < 0 ? raw.count() : Math.min(range.to(), raw.count());
            if (to <= range.from()) {
                throw Keys.bad("split " + over + " holds no samples to standardise input " + input + " with");
            }
            return ColumnMoments.of(raw, range.from(), to);
        });
    }
}
