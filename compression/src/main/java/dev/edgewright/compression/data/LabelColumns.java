package dev.edgewright.compression.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.compression.data.format.ByteSource;
import dev.edgewright.compression.data.format.Column;
import dev.edgewright.compression.data.format.CsvClasses;
import dev.edgewright.compression.data.format.CsvNumbers;
import dev.edgewright.compression.data.format.CsvTable;
import dev.edgewright.compression.data.format.FolderClasses;
import dev.edgewright.compression.data.format.NumericColumn;
import dev.edgewright.compression.data.format.Preprocessing;
import dev.edgewright.compression.data.format.Records;
import dev.edgewright.compression.graph.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Builds the column of labels: classes for most metrics, numbers for those that measure errors of numbers. */
final class LabelColumns {

    private static final Preprocessing NONE =
            new Preprocessing(1, new float[] {0}, new float[] {1}, false, false, new long[0]);

    private final DataFiles files;
    private final JsonNode spec;
    private final boolean numbers;

    /** @param numbers whether labels are numbers rather than classes */
    LabelColumns(DataFiles files, JsonNode spec, boolean numbers) {
        this.files = files;
        this.spec = spec;
        this.numbers = numbers;
    }

    /** The columns of a table that hold labels. */
    static List<String> columns(JsonNode labels) {
        List<String> columns = new ArrayList<>(Keys.words(labels.path("columns")));
        columns.addAll(Keys.words(labels.path("column")));
        return columns;
    }

    /** @param other another file of the same form, null for the one in data.yaml */
    Column column(String other) {
        if (spec.hasNonNull("csv")) {
            return csv(other);
        }
        return spec.hasNonNull("images") ? folders(other) : array(other);
    }

    private Column array(String other) {
        Keys.known("labels", spec, Set.of("file", "array"));
        Records records = Records.of(ByteSource.array(
                files.file("labels", other != null ? other : spec.path("file").asText("")),
                spec.path("array").asText(""),
                "labels"));
        if (numbers) {
            return new NumericColumn("labels", records, NONE, ElementType.FLOAT);
        }
        if (records.elements() != 1) {
            throw Keys.bad(
                    "labels must be one number for each sample, " + records.file() + " holds " + records.elements());
        }
        if (records.type() == ElementType.FLOAT || records.type() == ElementType.DOUBLE) {
            throw Keys.bad("labels in " + records.file() + " are " + records.type()
                    + "; classes are whole numbers, and numbers go with metric mae, rmse or spearman");
        }
        return new NumericColumn("labels", records, NONE, ElementType.INT64);
    }

    private Column csv(String other) {
        Keys.known("labels", spec, Set.of("csv", "column", "columns", "classes", "delimiter", "header"));
        CsvTable main = files.table("labels", spec.get("csv").asText(), spec);
        CsvTable table = other == null ? main : files.table("labels", other, spec);
        List<String> columns = columns(spec);
        if (columns.isEmpty()) {
            throw Keys.bad("labels in " + main.source() + " name no column; its columns are " + main.names());
        }
        if (numbers) {
            return new CsvNumbers("labels", table, columns, NONE, ElementType.FLOAT, null);
        }
        if (columns.size() > 1) {
            throw Keys.bad("labels take one column of classes, not " + columns);
        }
        String column = columns.get(0);
        return new CsvClasses(table, column, CsvClasses.names(main, column, Keys.words(spec.path("classes"))));
    }

    private Column folders(String other) {
        Keys.known("labels", spec, Set.of("images", "classes"));
        if (numbers) {
            throw Keys.bad("folders name classes; a metric of numbers needs labels in a file");
        }
        String main = spec.get("images").asText();
        List<String> classes = Keys.words(spec.path("classes"));
        return new FolderClasses(
                files.pictures("labels", other != null ? other : main),
                classes.isEmpty() ? files.pictures("labels", main).classes() : classes);
    }
}
