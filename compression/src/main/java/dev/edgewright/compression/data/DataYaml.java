package dev.edgewright.compression.data;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.ElementType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a data.yaml; an unknown key is an error that names the known ones. */
final class DataYaml {

    private static final Pattern RANGE = Pattern.compile("\\s*(\\d+)\\s*\\.\\.\\s*(\\d+)\\s*");
    private static final Set<String> TOP = Set.of("inputs", "labels", "output", "metric", "splits");
    private static final Set<String> INPUT =
            Set.of("file", "scale", "mean", "std", "layout", "stored", "shape", "type");

    private final Path folder;
    private final boolean confined;
    private final Set<Path> files = new TreeSet<>();
    private final Map<String, HuggingFaceTokenizer> tokenizers = new HashMap<>();

    private DataYaml(Path folder, boolean confined) {
        this.folder = folder;
        this.confined = confined;
    }

    static DataSource read(Path yaml, boolean confined) {
        try {
            JsonNode root = new YAMLMapper().readTree(yaml.toFile());
            return new DataYaml(yaml.toAbsolutePath().getParent(), confined).source(root, yaml);
        } catch (JsonProcessingException e) {
            throw new CompressionException(Code.DATA_INVALID, yaml + " is not YAML: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new CompressionException(Code.DATA_INVALID, "cannot read " + yaml + ": " + e, e);
        }
    }

    private DataSource source(JsonNode root, Path yaml) throws IOException {
        known("data.yaml", root, TOP);
        JsonNode inputs = root.path("inputs");
        if (!inputs.isObject() || inputs.isEmpty()) {
            throw bad("data.yaml names no inputs");
        }
        Map<String, Split> splits = new LinkedHashMap<>();
        JsonNode ranges = root.path("splits");
        if (ranges.isObject()) {
            ranges.properties()
                    .forEach(entry -> splits.put(entry.getKey(), split(entry.getKey(), entry.getValue(), root)));
        } else {
            Map<String, Column> columns = columns(inputs, Map.of());
            long count =
                    columns.values().stream().mapToLong(Column::count).min().orElse(0);
            splits.put(DataSource.VALIDATION, new Split(DataSource.VALIDATION, columns, labels(root, null), 0, count));
        }
        boolean labelled = root.hasNonNull("labels");
        String metric = root.path("metric").asText(labelled ? "top1" : "cosine");
        Task task = new Task(root.path("output").asText(""), metric(metric));
        if (task.metric().needsLabels() && !labelled) {
            throw bad("metric " + metric + " needs labels, and data.yaml names none");
        }
        return new DataSource(splits, task, digest(yaml));
    }

    private static Task.Metric metric(String name) {
        try {
            return Task.Metric.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw bad("metric " + name + " is unknown; use one of top1, top5, macro-f1, auc, agreement, cosine");
        }
    }

    private Split split(String name, JsonNode spec, JsonNode root) {
        Map<String, String> other = new LinkedHashMap<>();
        String range = spec.asText("");
        if (spec.isObject()) {
            known("split " + name, spec, Set.of("files", "range"));
            spec.path("files")
                    .properties()
                    .forEach(file -> other.put(file.getKey(), file.getValue().asText()));
            for (String key : other.keySet()) {
                if (!key.equals("labels") && !root.path("inputs").has(key)) {
                    throw bad("split " + name + " gives a file for " + key + ", which is not an input");
                }
            }
            range = spec.path("range").asText("");
        }
        Map<String, Column> columns = columns(root.path("inputs"), other);
        Column labels = labels(root, other.get("labels"));
        long count = columns.values().stream().mapToLong(Column::count).min().orElse(0);
        if (range.isEmpty()) {
            return new Split(name, columns, labels, 0, count);
        }
        Matcher matcher = RANGE.matcher(range);
        if (!matcher.matches()) {
            throw bad("split " + name + " must be a range such as 0..512, not " + range);
        }
        return new Split(name, columns, labels, Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
    }

    private Map<String, Column> columns(JsonNode inputs, Map<String, String> otherFiles) {
        Map<String, Column> columns = new LinkedHashMap<>();
        inputs.properties()
                .forEach(entry -> columns.put(
                        entry.getKey(), column(entry.getKey(), entry.getValue(), otherFiles.get(entry.getKey()))));
        return columns;
    }

    private Column column(String name, JsonNode spec, String otherFile) {
        if (spec.hasNonNull("text")) {
            return text(name, spec, otherFile);
        }
        known("input " + name, spec, INPUT);
        String layout = spec.path("layout").asText("");
        String stored = spec.path("stored").asText("");
        Preprocessing preprocessing = new Preprocessing(
                (float) spec.path("scale").asDouble(1),
                floats(spec.path("mean"), 0),
                floats(spec.path("std"), 1),
                layout.equals("NCHW") && stored.equals("NHWC"),
                layout.equals("NCHW"),
                longs(spec.path("shape")));
        Records records = Records.of(file(name, spec, otherFile));
        return new NumericColumn(name, records, preprocessing, type(name, spec, preprocessing, records));
    }

    private Column text(String name, JsonNode spec, String otherFile) {
        known("input " + name, spec, Set.of("text", "tokenizer", "field", "max-length"));
        int maxLength = spec.path("max-length").asInt(128);
        TextColumn.Field field = switch (spec.path("field").asText("ids")) {
            case "ids" -> TextColumn.Field.IDS;
            case "mask" -> TextColumn.Field.MASK;
            case "types" -> TextColumn.Field.TYPES;
            default -> throw bad("input " + name + ": field must be ids, mask or types");
        };
        Path tokenizer =
                named("the tokenizer of " + name, spec.path("tokenizer").asText(""));
        Path file = named(name, otherFile != null ? otherFile : spec.get("text").asText());
        return new TextColumn(
                name,
                file,
                tokenizers.computeIfAbsent(
                        tokenizer + "/" + maxLength, key -> TextColumn.tokenizer(tokenizer, maxLength)),
                field,
                maxLength);
    }

    /** Floats unless the file holds wide integers that nothing scales: those are indices. */
    private static ElementType type(String name, JsonNode spec, Preprocessing preprocessing, Records records) {
        if (spec.hasNonNull("type")) {
            return switch (spec.get("type").asText()) {
                case "float32" -> ElementType.FLOAT;
                case "int64" -> ElementType.INT64;
                case "int32" -> ElementType.INT32;
                case "uint8" -> ElementType.UINT8;
                case "bool" -> ElementType.BOOL;
                default -> throw bad("input " + name + ": type must be float32, int64, int32, uint8 or bool");
            };
        }
        boolean index = records.type() == ElementType.INT64 || records.type() == ElementType.INT32;
        return index && preprocessing.isIdentity() ? records.type() : ElementType.FLOAT;
    }

    private Column labels(JsonNode root, String otherFile) {
        if (!root.hasNonNull("labels")) {
            return null;
        }
        JsonNode spec = root.get("labels");
        known("labels", spec, Set.of("file"));
        Records records = Records.of(file("labels", spec, otherFile));
        if (records.elements() != 1) {
            throw bad("labels must be one number for each sample, " + records.file() + " holds " + records.elements());
        }
        Preprocessing none = new Preprocessing(1, new float[] {0}, new float[] {1}, false, false, new long[0]);
        return new NumericColumn("labels", records, none, ElementType.INT64);
    }

    private Path file(String what, JsonNode spec, String other) {
        return named(what, other != null ? other : spec.path("file").asText(""));
    }

    private Path named(String what, String named) {
        if (named.isEmpty()) {
            throw bad(what + " names no file");
        }
        Path file = folder.resolve(named).normalize();
        if (confined && (Path.of(named).isAbsolute() || !file.startsWith(folder.normalize()))) {
            throw bad(what + " names " + named + ", which is outside the data's folder");
        }
        Path gzipped = file.resolveSibling(file.getFileName() + ".gz");
        Path present = !Files.exists(file) && Files.exists(gzipped) ? gzipped : file;
        files.add(present);
        return present;
    }

    private static float[] floats(JsonNode node, float otherwise) {
        if (node.isMissingNode() || node.isNull()) {
            return new float[] {otherwise};
        }
        if (node.isNumber()) {
            return new float[] {(float) node.asDouble()};
        }
        float[] values = new float[node.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) node.get(i).asDouble();
        }
        return values;
    }

    private static long[] longs(JsonNode node) {
        long[] values = new long[node.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = node.get(i).asLong();
        }
        return values;
    }

    private static void known(String where, JsonNode node, Set<String> keys) {
        node.properties().forEach(entry -> {
            if (!keys.contains(entry.getKey())) {
                throw bad(where + " has an unknown key " + entry.getKey() + "; known are " + new TreeSet<>(keys));
            }
        });
    }

    private static CompressionException bad(String message) {
        return new CompressionException(Code.DATA_INVALID, message);
    }

    private String digest(Path yaml) throws IOException {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(Files.readAllBytes(yaml));
            for (Path file : files) {
                try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha)) {
                    in.transferTo(java.io.OutputStream.nullOutputStream());
                }
            }
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
