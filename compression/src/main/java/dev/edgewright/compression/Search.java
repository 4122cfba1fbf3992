package dev.edgewright.compression;

import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.Workbench.Steps;
import dev.edgewright.compression.calibration.ActivationStatistics;
import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.quantize.StaticInt8;
import dev.edgewright.compression.quantize.StaticInt8Options;
import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.search.Constraints;
import dev.edgewright.compression.search.LayerStudy;
import dev.edgewright.compression.search.Proposals;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** An anytime search: whenever it stops, everything measured so far counts. */
final class Search {

    private static final Set<Code> FATAL =
            Set.of(Code.CANCELLED, Code.OUTPUT_FAILED, Code.DATA_INVALID, Code.LABEL_OUT_OF_RANGE);

    private final Workbench bench;
    private final CompressionSettings settings;
    private final Constraints constraints;
    private final Progress progress;
    private final long start = System.nanoTime();
    private final List<Candidate> candidates = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final Set<String> digests = new HashSet<>();

    Search(Workbench bench, CompressionSettings settings, Constraints constraints, Progress progress) {
        this.bench = bench;
        this.settings = settings;
        this.constraints = constraints;
        this.progress = progress;
    }

    Compressor.Result run() {
        Candidate original = bench.original();
        tryAll(Proposals.first());
        Optional<LayerStudy> study = Optional.empty();
        if (bench.context().calibration().isPresent() && !bench.info().quantized()) {
            tryAll(Proposals.variations());
            if (timeLeft()) {
                study = study();
                study.ifPresent(layers -> tryAll(Proposals.mixed(layers)));
            }
        }
        progress.update("done", "auto", 1);
        return Selection.of(bench.info(), original, candidates, constraints, study, failures);
    }

    private void tryAll(List<Recipe> recipes) {
        for (Recipe recipe : recipes) {
            if (!timeLeft() && !candidates.isEmpty()) {
                failures.add(recipe.name() + ": not tried, the budget was used up");
                continue;
            }
            try {
                double done = spent();
                Candidate candidate =
                        bench.candidate(recipe, new Steps(progress, recipe.name(), done, Math.min(1, done + 0.05)));
                if (digests.add(candidate.digest())) {
                    candidates.add(candidate);
                }
            } catch (CompressionException e) {
                if (FATAL.contains(e.code())) {
                    throw e;
                }
                failures.add(recipe.name() + ": " + e.getMessage());
            }
        }
    }

    private Optional<LayerStudy> study() {
        progress.update("study layers", "auto", spent());
        Graph graph = dev.edgewright.compression.cleanup.Cleanup.forInt8()
                .apply(bench.cleaned(), bench.context())
                .graph();
        if (StaticInt8.layers(graph, bench.context()).isEmpty()) {
            return Optional.empty();
        }
        Split split = bench.context().calibration().orElseThrow();
        try {
            ActivationStatistics statistics = ActivationStatistics.gather(
                    graph,
                    split,
                    StaticInt8.watched(graph, bench.context()),
                    Batching.of(graph.feeds(), settings.batchSize()));
            return Optional.of(LayerStudy.of(
                    graph, split, StaticInt8Options.defaults(), statistics, bench.context(), this::timeLeft));
        } catch (CompressionException e) {
            if (FATAL.contains(e.code())) {
                throw e;
            }
            failures.add("layer study: " + e.getMessage());
            return Optional.empty();
        }
    }

    private double spent() {
        double budget = Math.max(1, constraints.budget().toNanos());
        return Math.min(0.99, (System.nanoTime() - start) / budget);
    }

    private boolean timeLeft() {
        return System.nanoTime() - start < constraints.budget().toNanos();
    }
}
