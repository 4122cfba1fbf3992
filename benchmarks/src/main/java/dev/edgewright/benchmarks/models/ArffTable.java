package dev.edgewright.benchmarks.models;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Turns a dense ARFF file (Weka's table format) into CSV: the attributes' names as header, the data as it stands. */
final class ArffTable {

    private ArffTable() {}

    /** @return the number of rows */
    static int toCsv(Path arff, Path csv) throws IOException {
        int rows = 0;
        try (BufferedReader in = Files.newBufferedReader(arff);
                BufferedWriter out = Files.newBufferedWriter(csv)) {
            List<String> names = new ArrayList<>();
            boolean data = false;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String text = line.strip();
                String lower = text.toLowerCase(Locale.ROOT);
                if (text.isEmpty() || text.startsWith("%")) {
                    continue;
                }
                if (data) {
                    out.write(text + "\n");
                    rows++;
                } else if (lower.startsWith("@attribute")) {
                    names.add(text.split("\\s+", 3)[1].replace("'", ""));
                } else if (lower.startsWith("@data")) {
                    out.write(String.join(",", names) + "\n");
                    data = true;
                }
            }
        }
        return rows;
    }
}
