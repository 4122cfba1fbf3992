package dev.edgewright.benchmarks.selection;

import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.selection.Candidate;
import dev.edgewright.controller.selection.Selection;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Lets a real controller choose for devices that truly differ, and measures every variant on each exhaustively as the oracle: the ratio
 * of its median to that of the original, measured in turn for the full time. The regret of a choice is its ratio divided by the best
 * one's, less 1. In pieces, each of which leaves what it found in the folder to work in:
 *
 * <pre>
 * WORK make MODEL DATA RECIPE,RECIPE,…   makes the variants
 * WORK devices [KIND,KIND,…]             evaluates these kinds of devices; all that are not evaluated yet
 * WORK report                            the table
 * </pre>
 */
public final class SelectionBenchmark {

    private static final int LONGEST_MS = Integer.getInteger("longest.ms", 4000);
    private static final int PASSES = 4;
    private static final double MAX_DROP = 0.005;

    /** No interval is that narrow, so that the whole time is used. */
    private static final double NEVER = 1e-6;

    private final Path outcomes;
    private final SelectionLab lab;

    private SelectionBenchmark(Path work, SelectionLab lab) {
        this.outcomes = work.resolve("outcomes");
        this.lab = lab;
    }

    public static void main(String[] arguments) throws Exception {
        Path work = Path.of(arguments[0]);
        if (arguments[1].equals("report")) {
            new OutcomeTable(Outcome.all(work.resolve("outcomes"))).print();
            return;
        }
        try (var lab = new SelectionLab(work, MAX_DROP)) {
            var benchmark = new SelectionBenchmark(work, lab);
            if (arguments[1].equals("make")) {
                benchmark.make(Path.of(arguments[2]), Path.of(arguments[3]), List.of(arguments[4].split(",")));
            } else {
                benchmark.evaluate(arguments.length > 2 ? List.of(arguments[2].split(",")) : List.of());
            }
        }
        System.exit(0);
    }

    /** Imports the model and makes every variant. */
    private void make(Path model, Path data, List<String> recipes) throws Exception {
        var domain = lab.domain();
        var version = domain.catalog().importModel(SelectionLab.MODEL, Optional.of(SelectionLab.VERSION), model);
        domain.catalog().putData(SelectionLab.MODEL, new ByteArrayInputStream(zipped(data)));
        var job = domain.jobs().submit(SelectionLab.MODEL, Optional.of(version.version()), recipes);
        while (!domain.jobs().get(job.id()).orElseThrow().state().finished()) {
            Thread.sleep(200);
        }
        var ended = domain.jobs().get(job.id()).orElseThrow();
        System.out.println(
                "variants: " + ended.state() + ended.error().map(e -> " " + e).orElse(""));
        for (Variant variant : lab.variants()) {
            System.out.printf(
                    Locale.ROOT,
                    "  %-24s %8d bytes  accuracy %.4f  %s%n",
                    variant.name(),
                    variant.bytes(),
                    variant.accuracy().getValue(),
                    lab.allowed(variant) ? "" : "loses too much");
        }
    }

    private static byte[] zipped(Path folder) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes);
                var files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.getFileName().toString().matches(".*(data\\.yaml|ubyte(\\.gz)?)"))
                    .toList()) {
                zip.putNextEntry(new ZipEntry(file.getFileName().toString()));
                Files.copy(file, zip);
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    /** @param only names of kinds; none for all that have no outcome yet */
    private void evaluate(List<String> only) throws Exception {
        for (Variant variant : lab.variants()) {
            lab.slots().fill(variant, lab.domain().blobs());
        }
        for (DeviceKind kind : DeviceKind.all()) {
            boolean wanted =
                    only.isEmpty() ? Outcome.read(outcomes, kind.name()).isEmpty() : only.contains(kind.name());
            if (wanted && kind.cpuShare().isPresent() && !DeviceProcess.quotasWork()) {
                System.out.println("left out: " + kind.name() + " needs control groups that can be written");
            } else if (wanted) {
                evaluate(kind);
            }
        }
    }

    private void evaluate(DeviceKind kind) throws Exception {
        try (var process = new DeviceProcess(kind)) {
            lab.introduce(kind, process);
            var before = lab.select();
            var tried = lab.tried(LONGEST_MS);
            var after = lab.select();

            long begun = System.nanoTime();
            var oracle = oracle(process, after);
            long exhaustive = (System.nanoTime() - begun) / 1_000_000;
            var allowed = lab.variants().stream()
                    .filter(lab::allowed)
                    .map(Variant::name)
                    .toList();
            var outcome = new Outcome(
                    kind.name(),
                    oracle,
                    allowed,
                    chosen(after),
                    chosen(before),
                    tried.spentMs(),
                    exhaustive,
                    predicted(before),
                    tried.words());
            outcome.write(outcomes);
            print(outcome, after);
        }
    }

    /**
     * Every variant in several passes, loaded anew in each: where its memory comes to lie changes how fast a variant is by a few percent.
     *
     * @return the geometric mean of its ratios
     */
    private Map<String, Double> oracle(DeviceProcess process, Selection after) throws IOException {
        var logs = new LinkedHashMap<String, Double>();
        for (int pass = 0; pass < PASSES; pass++) {
            for (Candidate candidate : after.candidates()) {
                Variant variant = candidate.variant();
                if (runs(candidate)) {
                    var result = process.measure(lab.slots().folder(variant), LONGEST_MS / PASSES, NEVER);
                    if (result.getRatio() > 0) {
                        logs.merge(variant.name(), Math.log(result.getRatio()) / PASSES, Double::sum);
                    }
                }
            }
        }
        var ratios = new LinkedHashMap<String, Double>();
        logs.forEach((name, log) -> ratios.put(name, Math.exp(log)));
        return ratios;
    }

    private static String chosen(Selection selection) {
        return selection.chosen().orElseThrow().name();
    }

    private static Map<String, Double> predicted(Selection selection) {
        var all = new LinkedHashMap<String, Double>();
        for (Candidate candidate : selection.candidates()) {
            candidate
                    .outlook()
                    .predictedMs()
                    .ifPresent(f -> all.put(candidate.variant().name(), f.value()));
        }
        return all;
    }

    private static boolean runs(Candidate candidate) {
        return switch (candidate.verdict()) {
            case ISA_MISSING, MEMORY, OUT_IN_TRIAL -> false;
            default -> true;
        };
    }

    private static void print(Outcome outcome, Selection after) {
        System.out.printf(
                Locale.ROOT,
                "%n%s: best %s, trial %s (%.2f %%), prediction %s (%.2f %%), %d of %d ms%n",
                outcome.device(),
                outcome.best(),
                outcome.trial(),
                100 * outcome.regret(outcome.trial()),
                outcome.prediction(),
                100 * outcome.regret(outcome.prediction()),
                outcome.trialMs(),
                outcome.exhaustiveMs());
        outcome.words().forEach(words -> System.out.println("  " + words));
        double original = outcome.predictedMs().getOrDefault("fp32", 1.0);
        var lines = new ArrayList<>(after.candidates());
        lines.sort(java.util.Comparator.comparing(
                c -> outcome.oracle().getOrDefault(c.variant().name(), Double.MAX_VALUE)));
        for (var candidate : lines) {
            String name = candidate.variant().name();
            System.out.printf(
                    Locale.ROOT,
                    "    %-20s %-20s oracle %.3f  predicted before %.3f  measured %s%n",
                    name,
                    candidate.verdict(),
                    outcome.oracle().getOrDefault(name, Double.NaN),
                    outcome.predictedMs().getOrDefault(name, Double.NaN) / original,
                    candidate
                            .outlook()
                            .measuredMs()
                            .map(f -> String.format(Locale.ROOT, "%.4f ms ±%.1f %%", f.value(), 100 * f.sigma()))
                            .orElse("-"));
        }
    }
}
