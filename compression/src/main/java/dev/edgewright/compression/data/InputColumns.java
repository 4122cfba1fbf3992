package dev.edgewright.compression.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.compression.data.format.ByteSource;
import dev.edgewright.compression.data.format.Column;
import dev.edgewright.compression.data.format.ColumnMoments;
import dev.edgewright.compression.data.format.CsvNumbers;
import dev.edgewright.compression.data.format.CsvTable;
import dev.edgewright.compression.data.format.ImageColumn;
import dev.edgewright.compression.data.format.ImagePreparation;
import dev.edgewright.compression.data.format.ImagePreparation.Colours;
import dev.edgewright.compression.data.format.ImagePreparation.Interpolation;
import dev.edgewright.compression.data.format.ImagePreparation.Resize;
import dev.edgewright.compression.data.format.ImageSize;
import dev.edgewright.compression.data.format.NumericColumn;
import dev.edgewright.compression.data.format.Pictures;
import dev.edgewright.compression.data.format.Preprocessing;
import dev.edgewright.compression.data.format.Records;
import dev.edgewright.compression.data.format.TextColumn;
import dev.edgewright.compression.data.format.Texts;
import dev.edgewright.compression.graph.ElementType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Builds the column of one input from what data.yaml says of it: {@code file}, {@code csv}, {@code images} or {@code text}. */
final class InputColumns {

    private static final Set<String> ARRAY =
            Set.of("file", "array", "scale", "mean", "std", "standardise", "layout", "stored", "shape", "type");
    private static final Set<String> CSV = Set.of(
            "csv", "columns", "delimiter", "header", "missing", "scale", "mean", "std", "standardise", "shape", "type");
    private static final Set<String> IMAGES = Set.of(
            "images",
            "listing",
            "column",
            "delimiter",
            "header",
            "resize",
            "size",
            "interpolation",
            "crop",
            "colour",
            "layout",
            "pad",
            "scale",
            "mean",
            "std",
            "type");
    private static final Set<String> TEXT =
            Set.of("text", "column", "delimiter", "header", "tokenizer", "field", "max-length");

    private final DataFiles files;

    /** Which columns of a table are labels, so that they are not taken for features. */
    private final JsonNode labels;

    InputColumns(DataFiles files, JsonNode labels) {
        this.files = files;
        this.labels = labels;
    }

    /**
     * @param other another file of the same form, null for the one in {@code spec}
     * @param moments what standardises the features, null when they are read as they are
     */
    Column column(String name, JsonNode spec, String other, ColumnMoments moments) {
        String what = "input " + name;
        if (spec.hasNonNull("text")) {
            return text(name, what, spec, other);
        }
        if (spec.hasNonNull("images") || spec.hasNonNull("listing")) {
            return images(name, what, spec, other);
        }
        return spec.hasNonNull("csv") ? csv(name, what, spec, other, moments) : array(name, what, spec, other, moments);
    }

    private Column array(String name, String what, JsonNode spec, String other, ColumnMoments moments) {
        Keys.known(what, spec, ARRAY);
        Path file = files.file(what, other != null ? other : spec.path("file").asText(""));
        Records records = Records.of(ByteSource.array(file, spec.path("array").asText(""), name));
        if (spec.has("standardise") && records.sizes().length > 1) {
            throw Keys.bad(what + ": standardise is for features [samples, n]; give mean and std instead");
        }
        Preprocessing preprocessing = preprocessing(what, spec, moments);
        boolean index = records.type() == ElementType.INT64 || records.type() == ElementType.INT32;
        ElementType otherwise = index && preprocessing.isIdentity() ? records.type() : ElementType.FLOAT;
        return new NumericColumn(name, records, preprocessing, type(what, spec, otherwise));
    }

    private Column csv(String name, String what, JsonNode spec, String other, ColumnMoments moments) {
        Keys.known(what, spec, CSV);
        CsvTable table =
                files.table(what, other != null ? other : spec.get("csv").asText(), spec);
        List<String> columns = new ArrayList<>(Keys.words(spec.path("columns")));
        if (columns.isEmpty()) {
            columns.addAll(table.names());
            if (labels.path("csv").asText("").equals(spec.get("csv").asText())) {
                columns.removeAll(LabelColumns.columns(labels));
            }
        }
        JsonNode missing = spec.path("missing");
        if (!missing.isMissingNode() && !missing.isNumber()) {
            throw Keys.bad(what + ": missing must be the number that stands for an empty cell, not " + missing);
        }
        return new CsvNumbers(
                name,
                table,
                columns,
                preprocessing(what, spec, moments),
                type(what, spec, ElementType.FLOAT),
                missing.isNumber() ? (Float) (float) missing.asDouble() : null);
    }

    private static Preprocessing preprocessing(String what, JsonNode spec, ColumnMoments moments) {
        String layout = spec.path("layout").asText("");
        String stored = spec.path("stored").asText("");
        if (spec.has("standardise") && (spec.has("mean") || spec.has("std"))) {
            throw Keys.bad(what + ": give standardise, or mean and std, not both");
        }
        return new Preprocessing(
                (float) spec.path("scale").asDouble(1),
                moments != null ? moments.mean() : Keys.floats(what + ": mean", spec.path("mean"), 0),
                moments != null ? moments.std() : Keys.floats(what + ": std", spec.path("std"), 1),
                layout.equals("NCHW") && stored.equals("NHWC"),
                layout.equals("NCHW"),
                Keys.longs(spec.path("shape")));
    }

    private Column images(String name, String what, JsonNode spec, String other) {
        Keys.known(what, spec, IMAGES);
        Pictures pictures;
        if (spec.hasNonNull("listing")) {
            CsvTable table = files.table(
                    what, other != null ? other : spec.get("listing").asText(), spec);
            Path root = spec.hasNonNull("images")
                    ? files.path(what, spec.get("images").asText())
                    : files.folder();
            String column = spec.path("column").asText(table.names().get(0));
            table.position(column);
            pictures = new Pictures.Listed(table, column, root, files.confined());
        } else {
            pictures = files.pictures(
                    what, other != null ? other : spec.get("images").asText());
        }
        String layout = spec.path("layout").asText("NCHW");
        if (!layout.equals("NCHW") && !layout.equals("NHWC")) {
            throw Keys.bad(what + ": layout must be NCHW or NHWC, not " + layout);
        }
        Optional<ImageSize> size = size(what + ": size", spec.path("size"));
        ImagePreparation preparation = new ImagePreparation(
                Keys.choice(what + ": resize", spec.path("resize"), size.isPresent() ? Resize.STRETCH : Resize.NONE),
                size,
                Keys.choice(what + ": interpolation", spec.path("interpolation"), Interpolation.BILINEAR),
                size(what + ": crop", spec.path("crop")),
                Keys.choice(what + ": colour", spec.path("colour"), Colours.RGB),
                layout.equals("NCHW"),
                spec.path("pad").asInt(0));
        Preprocessing preprocessing = new Preprocessing(
                (float) spec.path("scale").asDouble(1),
                Keys.floats(what + ": mean", spec.path("mean"), 0),
                Keys.floats(what + ": std", spec.path("std"), 1),
                false,
                false,
                new long[0]);
        ElementType type = type(what, spec, ElementType.FLOAT);
        if (type != ElementType.FLOAT && type != ElementType.UINT8) {
            throw Keys.bad(what + ": pictures are read as float32 or uint8");
        }
        return new ImageColumn(name, pictures, preparation, preprocessing, type);
    }

    private static Optional<ImageSize> size(String what, JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        float[] numbers = Keys.floats(what, node, 0);
        if (numbers.length > 2) {
            throw Keys.bad(what + " must be one number, or [height, width]");
        }
        return Optional.of(new ImageSize((int) numbers[0], (int) numbers[numbers.length - 1]));
    }

    private Column text(String name, String what, JsonNode spec, String other) {
        Keys.known(what, spec, TEXT);
        int maxLength = spec.path("max-length").asInt(128);
        if (maxLength < 1) {
            throw Keys.bad(what + ": max-length must be at least 1, not " + maxLength);
        }
        String named = other != null ? other : spec.get("text").asText();
        Texts texts;
        if (spec.hasNonNull("column")) {
            String column = spec.get("column").asText();
            CsvTable table = files.table(what, named, spec);
            table.position(column);
            texts = new Texts.Cells(table, column);
        } else {
            texts = Texts.Lines.of(ByteSource.of(files.file(what, named)));
        }
        return new TextColumn(
                name,
                texts,
                files.tokenizer(
                        "the tokenizer of " + name, spec.path("tokenizer").asText(""), maxLength),
                Keys.choice(what + ": field", spec.path("field"), TextColumn.Field.IDS),
                maxLength);
    }

    private static ElementType type(String what, JsonNode spec, ElementType otherwise) {
        if (!spec.hasNonNull("type")) {
            return otherwise;
        }
        return switch (spec.get("type").asText()) {
            case "float32" -> ElementType.FLOAT;
            case "int64" -> ElementType.INT64;
            case "int32" -> ElementType.INT32;
            case "uint8" -> ElementType.UINT8;
            case "bool" -> ElementType.BOOL;
            default -> throw Keys.bad(what + ": type must be float32, int64, int32, uint8 or bool");
        };
    }
}
