package dev.edgewright.compression.report;

import dev.edgewright.compression.Candidate;
import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.Compressor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes {@code report.html} (self-contained: no script, no request) and {@code report.json} for the result of a compression. */
public final class Report {

    private Report() {}

    /**
     * Writes both files into a folder.
     *
     * @return the HTML file
     * @throws CompressionException OUTPUT_FAILED
     */
    public static Path write(Compressor.Result result, Path folder) {
        try {
            Files.createDirectories(folder);
            Files.write(folder.resolve("report.json"), JsonReport.of(result));
            Path html = folder.resolve("report.html");
            Files.writeString(html, HtmlReport.of(result));
            return html;
        } catch (IOException e) {
            throw new CompressionException(Code.OUTPUT_FAILED, "cannot write the report: " + e.getMessage(), e);
        }
    }

    /** The original and all candidates. */
    static List<Candidate> all(Compressor.Result result) {
        List<Candidate> all = new ArrayList<>();
        all.add(result.original());
        all.addAll(result.candidates());
        return all;
    }
}
