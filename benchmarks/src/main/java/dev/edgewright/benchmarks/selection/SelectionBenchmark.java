package dev.edgewright.benchmarks.selection;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.protocol.v1.TrialReport;
import dev.edgewright.common.protocol.v1.TrialRequest;
import dev.edgewright.common.protocol.v1.TrialResult;
import dev.edgewright.common.protocol.v1.TrialState;
import dev.edgewright.compression.CompressionSettings;
import dev.edgewright.controller.ControllerDomain;
import dev.edgewright.controller.catalog.CompressorMaker;
import dev.edgewright.controller.catalog.TrainingCache;
import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.http.view.RolloutBodySection;
import dev.edgewright.controller.selection.Requirement;
import dev.edgewright.controller.selection.Selection;
import dev.edgewright.controller.trial.Trial;
import dev.edgewright.controller.trial.TrialPolicy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Lets a real controller choose for devices that truly differ, and measures every variant on each exhaustively as the oracle.
 *
 * <p>Arguments: folder to work in, model file, data folder, recipes joined by commas. The oracle is the ratio of each variant's median
 * to that of the original, measured in turn for the full time; the regret of a choice is its ratio divided by the best one's, less 1.
 */
public final class SelectionBenchmark {

    private static final ModelName MODEL = ModelName.of("evaluated");
    private static final int LONGEST_MS = Integer.getInteger("longest.ms", 4000);
    private static final double MAX_DROP = 0.005;
    private static final String USUAL_INT8 = "int8-static";

    private final Path work;
    private final ControllerDomain domain;
    private final Map<DeviceId, DeviceProcess> devices = new HashMap<>();
    private final Map<Digest, Path> folders = new LinkedHashMap<>();
    private final Requirement requirement = Requirement.of(OptionalDouble.empty(), OptionalDouble.of(MAX_DROP));
    private long trialMs;

    private SelectionBenchmark(Path work) {
        this.work = work;
        this.domain = new ControllerDomain(
                ControllerDomain.Settings.in(work.resolve("controller")),
                new CompressorMaker(CompressionSettings.defaults(), new TrainingCache(work.resolve("training"), 0)),
                (device, desired) -> CompletableFuture.completedFuture(null),
                this::onTrial,
                new RolloutBodySection(),
                (blob, index, frame) -> true,
                Clock.systemUTC());
    }

    public static void main(String[] arguments) throws Exception {
        var benchmark = new SelectionBenchmark(Path.of(arguments[0]));
        benchmark.domain.start();
        try {
            benchmark.make(Path.of(arguments[1]), Path.of(arguments[2]), List.of(arguments[3].split(",")));
            var only = System.getProperty("only");
            var rows = new ArrayList<Row>();
            for (DeviceKind kind : DeviceKind.all()) {
                if (kind.cpuShare().isPresent() && !DeviceProcess.quotasWork()) {
                    System.out.println("left out: " + kind.name() + " needs control groups that can be written");
                } else if (only == null || List.of(only.split(",")).contains(kind.name())) {
                    rows.add(benchmark.evaluate(kind));
                }
            }
            benchmark.report(rows);
        } finally {
            benchmark.domain.close();
        }
        System.exit(0);
    }

    /** Imports the model, makes every variant, and lays each out as an agent's slot. */
    private void make(Path model, Path data, List<String> recipes) throws Exception {
        var version = domain.catalog().importModel(MODEL, Optional.of("1"), model);
        domain.catalog().putData(MODEL, new ByteArrayInputStream(zipped(data)));
        var job = domain.jobs().submit(MODEL, Optional.of(version.version()), recipes);
        while (!domain.jobs().get(job.id()).orElseThrow().state().finished()) {
            Thread.sleep(200);
        }
        var ended = domain.jobs().get(job.id()).orElseThrow();
        System.out.println(
                "variants: " + ended.state() + ended.error().map(e -> " " + e).orElse(""));
        for (Variant variant : domain.catalog().variants(MODEL)) {
            Path folder = Files.createDirectories(work.resolve("slots").resolve(variant.name()));
            Files.write(folder.resolve("manifest.bin"), variant.signed().toByteArray());
            Files.copy(
                    domain.blobs().path(variant.graph()).orElseThrow(),
                    folder.resolve("model.onnx"),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            if (variant.manifest().hasGolden()) {
                Digest golden = Digest.ofBytes(variant.manifest().getGolden().getDigest());
                Files.copy(
                        domain.blobs().path(golden).orElseThrow(),
                        folder.resolve("golden.bin"),
                        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }
            folders.put(variant.digest(), folder);
            System.out.printf(
                    Locale.ROOT,
                    "  %-24s %8d bytes  accuracy %.4f%n",
                    variant.name(),
                    variant.bytes(),
                    variant.accuracy().getValue());
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

    /** What came of one device. */
    private record Row(
            String device,
            Map<String, Double> oracle,
            String best,
            String trial,
            String prediction,
            long trialMs,
            long exhaustiveMs,
            boolean floorKept) {
        double regret(String variant) {
            return oracle.get(variant) / oracle.get(best) - 1;
        }
    }

    private Row evaluate(DeviceKind kind) throws Exception {
        var id = DeviceId.of(kind.name());
        try (var process = new DeviceProcess(kind)) {
            devices.put(id, process);
            var said = process.hello();
            domain.fleet()
                    .onHello(
                            id,
                            said.toBuilder()
                                    .setDeviceId(id.value())
                                    .setBootId(com.google.protobuf.ByteString.copyFrom(new byte[16]))
                                    .setSequence(1)
                                    .setFacts(said.getFacts().toBuilder().setCpuModel(kind.name()))
                                    .build());
            domain.fleet().onPresence(id, Presence.newBuilder().setOnline(true).build());
            var original = domain.catalog().variants(MODEL).stream()
                    .filter(Variant::original)
                    .findFirst()
                    .orElseThrow();
            process.activate(folders.get(original.digest()));

            var before = select(id);
            trialMs = 0;
            tried(id);
            var after = select(id);
            long spentTrial = trialMs;

            var oracle = new LinkedHashMap<String, Double>();
            long exhaustive = 0;
            for (Variant variant : domain.catalog().variants(MODEL)) {
                if (runs(after, variant)) {
                    var result = process.measure(folders.get(variant.digest()), LONGEST_MS, 1e-6);
                    exhaustive += result.getSpentMs();
                    if (result.getRatio() > 0) {
                        oracle.put(variant.name(), result.getRatio());
                    }
                }
            }
            String best = oracle.entrySet().stream()
                    .filter(e -> allowed(e.getKey()))
                    .min(Map.Entry.comparingByValue())
                    .orElseThrow()
                    .getKey();
            String chosen = after.chosen().orElseThrow().name();
            var row = new Row(
                    kind.name(),
                    oracle,
                    best,
                    chosen,
                    before.chosen().orElseThrow().name(),
                    spentTrial,
                    exhaustive,
                    allowed(chosen));
            System.out.printf(
                    Locale.ROOT,
                    "%n%s: best %s, trial %s (%.2f %%), prediction %s (%.2f %%), %d of %d ms%n  %s%n",
                    row.device(),
                    row.best(),
                    row.trial(),
                    100 * row.regret(row.trial()),
                    row.prediction(),
                    100 * row.regret(row.prediction()),
                    row.trialMs(),
                    row.exhaustiveMs(),
                    rounded(oracle));
            for (var candidate : after.candidates()) {
                System.out.printf(
                        Locale.ROOT,
                        "    %-22s %-20s predicted %s  measured %s%n",
                        candidate.variant().name(),
                        candidate.verdict(),
                        candidate
                                .outlook()
                                .predictedMs()
                                .map(f -> String.format("%.3f ms", f.value()))
                                .orElse("-"),
                        candidate
                                .outlook()
                                .measuredMs()
                                .map(f -> String.format("%.3f ms", f.value()))
                                .orElse("-"));
            }
            return row;
        } finally {
            devices.remove(id);
            domain.fleet().onPresence(id, Presence.getDefaultInstance());
        }
    }

    private Selection select(DeviceId id) {
        return domain.selection().select(MODEL, "1", domain.fleet().get(id).orElseThrow(), "auto", requirement);
    }

    private static boolean runs(Selection selection, Variant variant) {
        return selection.candidates().stream()
                .filter(c -> c.variant().equals(variant))
                .noneMatch(c -> switch (c.verdict()) {
                    case ISA_MISSING, MEMORY, OUT_IN_TRIAL -> true;
                    default -> false;
                });
    }

    private boolean allowed(String name) {
        var variants = domain.catalog().variants(MODEL);
        double original = variants.stream()
                .filter(Variant::original)
                .mapToDouble(v -> v.accuracy().getValue())
                .findFirst()
                .orElseThrow();
        return variants.stream()
                .filter(v -> v.name().equals(name))
                .allMatch(v -> original - v.accuracy().getValue() <= MAX_DROP + 1e-12);
    }

    private void tried(DeviceId id) throws InterruptedException {
        String deviceClass = domain.classes().of(domain.fleet().get(id).orElseThrow());
        var usual = TrialPolicy.DEFAULT;
        var policy = new TrialPolicy(1, usual.best(), LONGEST_MS, usual.precision(), 0, 200, Duration.ofMinutes(5));
        var started = domain.trials().start(MODEL, "1", deviceClass, requirement, policy);
        System.out.println(id + ": " + started.why());
        if (started.trial().isEmpty()) {
            return;
        }
        String trial = started.trial().get().id();
        while (domain.trials().get(trial).map(Trial::live).orElse(false)) {
            Thread.sleep(100);
        }
        domain.trials().get(trial).orElseThrow().words().forEach(words -> System.out.println("  " + words));
    }

    /** What the broker and an agent would do between them. */
    private boolean onTrial(DeviceId device, Signed signed) {
        var process = devices.get(device);
        if (process == null) {
            return false;
        }
        CompletableFuture.runAsync(() -> {
            try {
                answer(device, process, TrialState.parseFrom(signed.getPayload()));
            } catch (IOException e) {
                System.out.println(device + " failed: " + e.getMessage());
            }
        });
        return true;
    }

    private void answer(DeviceId device, DeviceProcess process, TrialState state) throws IOException {
        var report = TrialReport.newBuilder()
                .setDeviceId(device.value())
                .setSequence(state.getSequence())
                .setTrialSequence(state.getSequence());
        for (TrialRequest request : state.getTrialsList()) {
            for (var candidate : request.getCandidatesList()) {
                Digest digest = Digest.of(candidate.getManifest().getPayload());
                TrialResult result =
                        process.measure(folders.get(digest), request.getMeasureMs(), request.getPrecision());
                trialMs += result.getSpentMs();
                report.addResults(result.toBuilder()
                        .setTrialId(request.getTrialId())
                        .setModel(request.getModel())
                        .setManifest(digest.toByteString())
                        .setRound(request.getRound()));
            }
        }
        domain.trials().onTrialed(device, report.build());
    }

    private void report(List<Row> rows) {
        String single = single(rows);
        System.out.printf(
                "%n| device | best | after a trial | prediction only | always %s | %s for all | trial time |%n",
                USUAL_INT8, single);
        System.out.println("| --- | --- | --- | --- | --- | --- | --- |");
        for (Row row : rows) {
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %s (%.2fx) | %s, %.1f %% | %s, %.1f %% | %s | %s | %.0f %% |%n",
                    row.device(),
                    row.best(),
                    1 / row.oracle().get(row.best()),
                    row.trial(),
                    100 * row.regret(row.trial()),
                    row.prediction(),
                    100 * row.regret(row.prediction()),
                    regretOf(row, USUAL_INT8),
                    regretOf(row, single),
                    100.0 * row.trialMs() / row.exhaustiveMs());
        }
        line("after a trial", rows, row -> row.regret(row.trial()));
        line("prediction only", rows, row -> row.regret(row.prediction()));
        line("always " + USUAL_INT8, rows, row -> withFallback(row, USUAL_INT8));
        line("one for all (" + single + ")", rows, row -> withFallback(row, single));
        System.out.printf(
                Locale.ROOT,
                "trial time: %.1f %% of the exhaustive; limit on accuracy kept: %s%n",
                100.0
                        * rows.stream().mapToLong(Row::trialMs).sum()
                        / rows.stream().mapToLong(Row::exhaustiveMs).sum(),
                rows.stream().allMatch(Row::floorKept));
    }

    private static void line(String name, List<Row> rows, java.util.function.ToDoubleFunction<Row> regret) {
        System.out.printf(
                Locale.ROOT,
                "%s: mean regret %.2f %%, worst %.2f %%%n",
                name,
                100 * rows.stream().mapToDouble(regret).average().orElse(0),
                100 * rows.stream().mapToDouble(regret).max().orElse(0));
    }

    /** The one variant with the least mean regret over all devices. */
    private String single(List<Row> rows) {
        return rows.get(0).oracle().keySet().stream()
                .filter(this::allowed)
                .min(Comparator.comparingDouble(
                        v -> rows.stream().mapToDouble(r -> withFallback(r, v)).sum()))
                .orElseThrow();
    }

    /** A device that cannot run it keeps the original. */
    private static double withFallback(Row row, String variant) {
        return row.regret(row.oracle().containsKey(variant) ? variant : "fp32");
    }

    private static String regretOf(Row row, String variant) {
        return row.oracle().containsKey(variant)
                ? String.format(Locale.ROOT, "%.1f %%", 100 * row.regret(variant))
                : String.format(Locale.ROOT, "cannot run, fp32 %.1f %%", 100 * row.regret("fp32"));
    }

    private static String rounded(Map<String, Double> oracle) {
        var words = new StringBuilder();
        oracle.forEach((name, ratio) -> words.append(String.format(Locale.ROOT, "%s %.3f  ", name, ratio)));
        return words.toString();
    }
}
