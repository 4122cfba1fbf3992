package dev.edgewright.benchmarks.peers;

import dev.edgewright.compression.Candidate;
import dev.edgewright.compression.CompressionSettings;
import dev.edgewright.compression.Compressor;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.report.Report;
import dev.edgewright.compression.search.Constraints;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Runs the search {@code auto} within a budget and compares its front, point by point, with every named recipe that works on the model: quality,
 * size and time from the same rounds.
 */
public final class SearchFigures {

    private SearchFigures() {}

    /** @param args MODEL.onnx, DATA, OUT, SECONDS */
    public static void main(String[] args) {
        if (args.length != 4) {
            System.err.println("usage: SearchFigures MODEL.onnx DATA OUT SECONDS");
            System.exit(2);
        }
        Duration budget = Duration.ofSeconds(Long.parseLong(args[3]));
        long began = System.nanoTime();
        Compressor.Result result = new Compressor(CompressionSettings.defaults())
                .search(
                        Path.of(args[0]),
                        DataSource.open(Path.of(args[1])),
                        Constraints.defaults().withBudget(budget),
                        Path.of(args[2]),
                        (stage, candidate, fraction) ->
                                System.err.printf(Locale.ROOT, "%3.0f %% %s: %s%n", 100 * fraction, candidate, stage));
        double seconds = (System.nanoTime() - began) / 1e9;
        Report.write(result, Path.of(args[2]));
        System.out.printf(
                Locale.ROOT,
                "%.0f s of %d, %d candidates, recommended %s%n",
                seconds,
                budget.toSeconds(),
                result.candidates().size(),
                result.recommended().orElse("none"));
        List<Candidate> front = new ArrayList<>(result.candidates());
        front.add(result.original());
        front.removeIf(candidate -> !result.front().contains(candidate.name()));
        front.forEach(candidate -> row("front", candidate));
        for (String name : Recipe.names()) {
            result.candidates().stream()
                    .filter(candidate -> candidate.name().equals(name))
                    .findFirst()
                    .ifPresentOrElse(named -> compare(named, front), () -> System.out.println(name + ": not made"));
        }
        result.failures().forEach(failure -> System.out.println("failed: " + failure));
    }

    private static void compare(Candidate named, List<Candidate> front) {
        String by = front.stream()
                .filter(other -> quality(other) >= quality(named)
                        && other.bytes() <= named.bytes()
                        && other.latency().relative() <= named.latency().relative())
                .map(Candidate::name)
                .findFirst()
                .orElse("NOTHING");
        row("named, matched by " + by, named);
    }

    private static double quality(Candidate candidate) {
        return candidate.accuracy().orElseThrow().goodness();
    }

    private static void row(String what, Candidate candidate) {
        System.out.printf(
                Locale.ROOT,
                "| %s | %s | %.2f | %d | %.3f ms (%.2fx) | %d |%n",
                candidate.name(),
                what,
                100 * quality(candidate),
                candidate.accuracy().orElseThrow().flips(),
                candidate.latency().p50Millis(),
                1 / candidate.latency().relative(),
                candidate.bytes());
    }
}
