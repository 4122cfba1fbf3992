package dev.edgewright.compression.data.format;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A label column of a CSV table as class numbers [samples]: whole numbers as they are, or names by their place in a list. */
public final class CsvClasses implements Column {

    private final CsvTable table;
    private final int position;
    private final List<String> classes;
    private final Map<String, Long> numbers = new HashMap<>();

    /** @param classes the names in the order of the model's scores; empty when the column holds the numbers themselves */
    public CsvClasses(CsvTable table, String column, List<String> classes) {
        this.table = table;
        this.position = table.position(column);
        this.classes = List.copyOf(classes);
        for (int i = 0; i < classes.size(); i++) {
            numbers.put(classes.get(i), (long) i);
        }
    }

    /**
     * The names of the classes: those given; none when the column's first cell is a whole number; else the column's distinct values, sorted.
     */
    public static List<String> names(CsvTable table, String column, List<String> given) {
        if (!given.isEmpty() || table.first(column).matches("-?\\d+(\\.0*)?")) {
            return given;
        }
        return table.distinct(column);
    }

    @Override
    public long count() {
        return table.count();
    }

    @Override
    public Reader open(long from) {
        CsvTable.Rows rows = table.rows(from);
        return new Reader() {
            @Override
            public Tensor next(int samples) {
                long[] labels = new long[samples];
                for (int i = 0; i < samples; i++) {
                    labels[i] = label(rows, rows.next().get(position).strip());
                }
                return Tensor.ofLongs("labels", labels, samples);
            }

            @Override
            public void close() {
                rows.close();
            }
        };
    }

    private long label(CsvTable.Rows rows, String cell) {
        if (!classes.isEmpty()) {
            Long number = numbers.get(cell);
            if (number == null) {
                throw new CompressionException(
                        Code.LABEL_OUT_OF_RANGE,
                        rows.where(position) + " holds '" + CsvNumbers.shortened(cell)
                                + "', which is none of the classes " + known());
            }
            return number;
        }
        try {
            double value = Double.parseDouble(cell);
            if (value == Math.rint(value) && Math.abs(value) < Integer.MAX_VALUE) {
                return (long) value;
            }
        } catch (NumberFormatException e) {
            // told below, as for a fraction
        }
        throw new CompressionException(
                Code.DATA_INVALID,
                rows.where(position) + " holds '" + CsvNumbers.shortened(cell)
                        + "', which is no class number; list class names with classes in data.yaml");
    }

    private String known() {
        return classes.size() <= 20
                ? classes.toString()
                : classes.subList(0, 20) + " and " + (classes.size() - 20) + " more";
    }
}
