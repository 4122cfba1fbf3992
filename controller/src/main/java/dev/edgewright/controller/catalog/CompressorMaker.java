package dev.edgewright.controller.catalog;

import com.google.protobuf.ByteString;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.v1.Accuracy;
import dev.edgewright.common.protocol.v1.GoldenCase;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.Tolerance;
import dev.edgewright.compression.Candidate;
import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionSettings;
import dev.edgewright.compression.Compressor;
import dev.edgewright.compression.GoldenCases;
import dev.edgewright.compression.Progress;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.evaluation.AccuracyResult;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Makes variants with the compression library. The recipe {@code fp32} gives the model as it was imported, measured. */
public final class CompressorMaker implements VariantMaker {

    static final String ORIGINAL = "fp32";
    private static final String DEFAULT_INT8 = "int8-static";

    /** For x86 devices whose kernels would saturate on the other. */
    private static final String INT8_WITHOUT_VNNI = "int8-static-avx2";

    private static final int MADE_UP_CASES = 8;
    private static final int PROFILED_RUNS = 20;

    private final CompressionSettings settings;
    private final TrainingCache trained;

    /** @param trained where recipes that train work, so that what they leave outlives their job */
    public CompressorMaker(CompressionSettings settings, TrainingCache trained) {
        this.settings = settings;
        this.trained = trained;
    }

    @Override
    public List<String> recipes() {
        return Recipe.names();
    }

    @Override
    public List<String> defaults(boolean hasData) {
        return hasData ? List.of(ORIGINAL, DEFAULT_INT8, INT8_WITHOUT_VNNI) : List.of(ORIGINAL);
    }

    @Override
    public NewVariant make(
            ModelVersion of, Path original, Optional<Path> data, String recipe, Path workDir, MakingProgress progress) {
        try {
            var source = data.map(DataSource::openConfined).orElse(null);
            var named = Recipe.named(recipe);
            if (!named.trains()) {
                return made(of, original, source, named, workDir, progress);
            }
            String key = String.join(
                    "|",
                    of.digest().hex(),
                    source == null ? "no-data" : source.digest(),
                    named.describe(),
                    Long.toString(settings.seed()));
            return trained.within(
                    key,
                    progress.cancelled(),
                    folder -> copied(made(of, original, source, named, folder, progress), workDir));
        } catch (CompressionException e) {
            throw CompressorInspector.translated(e);
        }
    }

    private NewVariant made(
            ModelVersion of, Path original, DataSource data, Recipe recipe, Path folder, MakingProgress progress) {
        var compressor = new Compressor(settings);
        boolean imported = recipe.name().equals(ORIGINAL);
        var candidate = imported
                ? compressor.measure(original, data, folder, listening(progress))
                : compressor
                        .compress(original, data, recipe, folder, listening(progress))
                        .candidates()
                        .get(0);
        progress.step("profile", 0.9);
        return variant(of, recipe.name(), imported, candidate);
    }

    /** With its file in the job's own folder: the cache may drop its copy at any time. */
    private static NewVariant copied(NewVariant made, Path folder) {
        try {
            Path file = Files.copy(
                    made.graph(), folder.resolve(made.graph().getFileName()), StandardCopyOption.REPLACE_EXISTING);
            return new NewVariant(
                    made.name(),
                    made.recipe(),
                    file,
                    made.golden(),
                    made.tolerance(),
                    made.accuracy(),
                    made.lineage(),
                    made.requiresIsa(),
                    made.workload(),
                    made.latencyHere(),
                    made.fasterThanOriginal());
        } catch (IOException e) {
            throw EdgewrightException.resource("JOB_IO", "cannot copy to " + folder + ": " + e.getMessage(), e);
        }
    }

    private static Progress listening(MakingProgress progress) {
        return new Progress() {
            @Override
            public void update(String stage, String candidate, double fraction) {
                progress.step(stage, 0.9 * fraction);
            }

            @Override
            public boolean cancelled() {
                return progress.cancelled().getAsBoolean();
            }
        };
    }

    private static NewVariant variant(ModelVersion of, String name, boolean imported, Candidate candidate) {
        var profile = GraphProfiler.profile(candidate.file(), PROFILED_RUNS);
        boolean withCases = !candidate.golden().cases().isEmpty();
        var lineage = imported ? List.of("imported as " + of.digest().shortHex()) : candidate.lineage();
        return new NewVariant(
                name,
                imported ? "as imported" : candidate.recipe(),
                candidate.file(),
                withCases ? golden(candidate.golden()) : GraphProfiler.golden(candidate.file(), MADE_UP_CASES),
                tolerance(candidate.golden(), withCases, imported),
                accuracy(candidate.accuracy()),
                lineage,
                candidate.requiresIsa(),
                profile.workload(),
                new Variant.LatencyHere(
                        candidate.latency().p50Millis(),
                        candidate.latency().p95Millis(),
                        candidate.latency().runs()),
                candidate.fasterThanOriginal());
    }

    /** Errors are kept negative: in the catalog larger is better, whatever was measured. */
    private static Accuracy accuracy(Optional<AccuracyResult> result) {
        return result.map(a -> Accuracy.newBuilder()
                        .setMetric(a.metric().name().toLowerCase(Locale.ROOT))
                        .setValue(a.goodness())
                        .setLow(a.metric().isError() ? -a.high() : a.low())
                        .setHigh(a.metric().isError() ? -a.low() : a.high())
                        .setSamples(a.samples())
                        .setAgreement(a.agreement())
                        .build())
                .orElse(Accuracy.getDefaultInstance());
    }

    /** Made-up inputs lie anywhere, so the largest output says little there; the direction of the output has to do. */
    private static Tolerance tolerance(GoldenCases golden, boolean withCases, boolean imported) {
        if (!withCases) {
            return Tolerance.newBuilder().setMinCosine(imported ? 0.999 : 0.98).build();
        }
        return Tolerance.newBuilder()
                .setMinCosine(golden.minCosine())
                .setRequireSameArgmax(golden.sameArgmax())
                .setMinAgreement(golden.minAgreement())
                .build();
    }

    private static GoldenSet golden(GoldenCases golden) {
        var set = GoldenSet.newBuilder();
        for (GoldenCases.Case one : golden.cases()) {
            var proto = GoldenCase.newBuilder();
            one.inputs().forEach((name, tensor) -> proto.addInputs(tensor(name, tensor)));
            one.outputs().forEach((name, tensor) -> proto.addOutputs(tensor(name, tensor)));
            set.addCases(proto);
        }
        return set.build();
    }

    private static dev.edgewright.common.protocol.v1.Tensor tensor(String name, Tensor tensor) {
        var proto = dev.edgewright.common.protocol.v1.Tensor.newBuilder()
                .setName(name)
                .setDatatype(CompressorInspector.datatype(tensor.type())
                        .orElseThrow(() -> EdgewrightException.caller(
                                "MODEL_INVALID", name + " is of type " + tensor.type() + ", which cannot be served")))
                .setData(ByteString.copyFrom(tensor.data().duplicate()));
        for (long size : tensor.sizes()) {
            proto.addShape(size);
        }
        return proto.build();
    }
}
