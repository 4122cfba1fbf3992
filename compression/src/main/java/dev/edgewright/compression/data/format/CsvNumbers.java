package dev.edgewright.compression.data.format;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Tensor;
import java.util.List;
import java.util.Set;

/** Numeric columns of a CSV table as one input [samples, columns], as floats after preprocessing or as whole numbers. */
public final class CsvNumbers implements Column {

    private static final Set<String> MISSING = Set.of("", "?", "NA", "N/A", "null");

    private final String name;
    private final CsvTable table;
    private final int[] positions;
    private final Preprocessing preprocessing;
    private final ElementType type;
    private final Float missing;

    /**
     * @param columns the columns, in the order in which the model reads them
     * @param type FLOAT, INT64 or INT32; whole numbers are not preprocessed
     * @param missing what stands for a cell without a value; null makes such a cell an error
     * @throws CompressionException DATA_INVALID, naming the columns there are
     */
    public CsvNumbers(
            String name,
            CsvTable table,
            List<String> columns,
            Preprocessing preprocessing,
            ElementType type,
            Float missing) {
        this.name = name;
        this.table = table;
        this.positions = columns.stream().mapToInt(table::position).toArray();
        this.preprocessing = preprocessing;
        this.type = type;
        this.missing = missing;
        preprocessing.check("input " + name, new long[] {positions.length});
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
                return type == ElementType.FLOAT ? floats(rows, samples) : whole(rows, samples);
            }

            @Override
            public void close() {
                rows.close();
            }
        };
    }

    private Tensor floats(CsvTable.Rows rows, int samples) {
        int width = positions.length;
        float[] raw = new float[samples * width];
        for (int i = 0; i < samples; i++) {
            List<String> row = rows.next();
            for (int j = 0; j < width; j++) {
                raw[i * width + j] = (float) number(rows, row.get(positions[j]).strip(), positions[j]);
            }
        }
        return preprocessing.tensor(name, raw, samples, new long[] {width});
    }

    private double number(CsvTable.Rows rows, String cell, int position) {
        if (MISSING.contains(cell)) {
            if (missing == null) {
                throw new CompressionException(
                        Code.DATA_INVALID,
                        rows.where(position) + " is empty; say what stands for it with missing in data.yaml");
            }
            return missing;
        }
        double value;
        try {
            value = Double.parseDouble(cell);
        } catch (NumberFormatException e) {
            throw new CompressionException(
                    Code.DATA_INVALID,
                    rows.where(position) + " holds '" + shortened(cell)
                            + "', which is no number; name only numeric columns in data.yaml",
                    e);
        }
        if (!Float.isFinite((float) value)) {
            throw new CompressionException(
                    Code.DATA_NOT_FINITE, rows.where(position) + " holds " + shortened(cell) + "; leave the row out");
        }
        return value;
    }

    private Tensor whole(CsvTable.Rows rows, int samples) {
        int width = positions.length;
        long[] values = new long[samples * width];
        for (int i = 0; i < samples; i++) {
            List<String> row = rows.next();
            for (int j = 0; j < width; j++) {
                double value = number(rows, row.get(positions[j]).strip(), positions[j]);
                values[i * width + j] = (long) value;
                if (value != Math.rint(value) || type == ElementType.INT32 && value != (int) value) {
                    throw new CompressionException(
                            Code.DATA_INVALID,
                            rows.where(positions[j]) + " holds "
                                    + row.get(positions[j]).strip() + ", which is no " + type);
                }
            }
        }
        long[] sizes = preprocessing.sizes(samples, new long[] {width});
        return type == ElementType.INT64
                ? Tensor.ofLongs(name, values, sizes)
                : Tensor.ofInts(
                        name,
                        java.util.Arrays.stream(values).mapToInt(v -> (int) v).toArray(),
                        sizes);
    }

    static String shortened(String cell) {
        return cell.length() <= 40 ? cell : cell.substring(0, 40) + "...";
    }
}
