package dev.edgewright.compression.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory does not grow with the number of samples. */
class StreamingTest {

    private static final int ROWS = 60_000;
    private static final int COLUMNS = 20;

    @TempDir
    Path temp;

    @Test
    void aLongTableIsNeverHeldInMemory() throws IOException {
        try (BufferedWriter out = new BufferedWriter(new OutputStreamWriter(
                new GZIPOutputStream(Files.newOutputStream(temp.resolve("long.csv.gz"))), StandardCharsets.UTF_8))) {
            out.write("y");
            for (int j = 0; j < COLUMNS; j++) {
                out.write(",c" + j);
            }
            String row = ",0.25".repeat(COLUMNS) + "\n";
            out.write("\n");
            for (int i = 0; i < ROWS; i++) {
                out.write((i % 3) + row);
            }
        }
        DataSource data = new DataFolder(temp).open("""
                inputs:
                  x: {csv: long.csv}
                labels: {csv: long.csv, column: y}
                splits: {validation: 0..%d}
                """.formatted(ROWS));
        long floats = (long) ROWS * COLUMNS * Float.BYTES;
        long[] grown = {0};
        long[] seen = {0};
        long before = used();
        data.validation().forEachBatch(1000, batch -> {
            seen[0] += batch.size();
            if (seen[0] % 20_000 == 0) {
                grown[0] = Math.max(grown[0], used() - before);
            }
        });
        assertThat(seen[0]).isEqualTo(ROWS);
        assertThat(grown[0])
                .as("bytes held, where all floats would be %d", floats)
                .isLessThan(floats / 2);
    }

    private static long used() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
