package dev.edgewright.compression;

import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.Workbench.Steps;
import dev.edgewright.compression.calibration.ActivationStatistics;
import dev.edgewright.compression.cleanup.Cleanup;
import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.quantize.StaticInt8;
import dev.edgewright.compression.quantize.StaticInt8Options;
import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.search.Constraints;
import dev.edgewright.compression.search.LayerStudy;
import dev.edgewright.compression.search.Proposals;
import dev.edgewright.compression.search.Spending;
import dev.edgewright.compression.search.TrainingPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An anytime search: whenever it stops, everything measured so far counts. A candidate is begun only when it will probably fit into what is
 * left of the budget, and is given up between its steps when it does not; a part of the budget is kept for measuring all side by side.
 */
final class Search {

    private static final Set<Code> FATAL =
            Set.of(Code.CANCELLED, Code.OUTPUT_FAILED, Code.DATA_INVALID, Code.LABEL_OUT_OF_RANGE);
    private static final double RESERVE = 0.08;
    private static final Duration LARGEST_RESERVE = Duration.ofSeconds(30);
    private static final double HOPELESS = 3;
    private static final int EMULATION_SHARE =
            8; // an eighth of the budget must be left, because emulation cannot be stopped

    private final Workbench bench;
    private final CompressionSettings settings;
    private final Constraints constraints;
    private final Progress progress;
    private final Proposals proposals;
    private final Duration reserve;
    private final long start = System.nanoTime();
    private final Spending spending = new Spending();
    private final List<Candidate> candidates = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final Set<String> digests = new HashSet<>();
    private final Map<String, Recipe> tried = new HashMap<>();

    Search(Workbench bench, CompressionSettings settings, Constraints constraints, Progress progress) {
        this.bench = bench;
        this.settings = settings;
        this.constraints = constraints;
        this.progress = progress;
        this.proposals = Proposals.of(constraints.target());
        Duration share = Duration.ofNanos((long) (constraints.budget().toNanos() * RESERVE));
        this.reserve = share.compareTo(LARGEST_RESERVE) < 0 ? share : LARGEST_RESERVE;
    }

    Compressor.Result run() {
        Candidate original = bench.original();
        proposals.first().forEach(this::attempt);
        Optional<LayerStudy> study = Optional.empty();
        List<Saturation> saturation = List.of();
        if (bench.context().calibration().isPresent() && !bench.info().quantized()) {
            proposals.named().forEach(this::attempt);
            proposals.variations().forEach(this::attempt);
            study = study();
            study.ifPresent(layers -> proposals.mixed(layers).forEach(this::attempt));
            smaller(original);
            saturation = saturation(original);
            train(original);
        }
        List<Candidate> measured = sideBySide();
        progress.update("done", "auto", 1);
        return Selection.of(bench.info(), original, measured, constraints, study, failures)
                .withSaturation(saturation);
    }

    /** What the plain int8 file would cost on x86 without VNNI; one of its kind is enough, because the others lose alike. */
    private List<Saturation> saturation(Candidate original) {
        if (left().compareTo(constraints.budget().dividedBy(EMULATION_SHARE)) < 0) {
            failures.add("saturation: not emulated, too little of the budget was left");
            return List.of();
        }
        progress.update("emulate saturation", "auto", spent());
        return candidates.stream()
                .filter(candidate -> !candidate.requiresIsa().isEmpty())
                .findFirst()
                .flatMap(plain -> Saturation.of(plain, original, bench.data(), settings))
                .stream()
                .toList();
    }

    /** From little to much; a size that lost far more than is allowed ends it, because the next would lose more. */
    private void smaller(Candidate original) {
        boolean hopeless = false;
        for (Recipe recipe : proposals.smaller()) {
            boolean prunes = recipe.steps().get(0).technique().equals("prune");
            if (hopeless && prunes) {
                failures.add(recipe.name() + ": not tried, because removing less had already cost too much");
                continue;
            }
            Optional<Candidate> made = attempt(recipe);
            hopeless |=
                    prunes && made.filter(one -> !nearlyKeeps(one, original)).isPresent();
        }
    }

    /** Spends what is left on trainings, each time on the one that is expected to better the front most for its time. */
    private void train(Candidate original) {
        Optional<Split> samples = bench.trainingSamples();
        double inference =
                original.latency().p50Millis() / 1000 * samples.map(Split::size).orElse(0L);
        TrainingPlan plan = TrainingPlan.of(inference);
        if (plan.isEmpty() || !bench.scores()) {
            return;
        }
        if (samples.isEmpty()) {
            failures.add("training: not tried, because data.yaml has no split 'train'");
            return;
        }
        plan.take(bench::isKept).forEach(this::attempt);
        Optional<TrainingPlan.Choice> choice = plan.next(known(original), left());
        while (choice.isPresent()) {
            Recipe recipe = choice.get().recipe();
            progress.update("train next: " + choice.get().why(), recipe.name(), spent());
            long began = System.nanoTime();
            try {
                if (attempt(recipe).isPresent()) {
                    plan.took(recipe, Duration.ofNanos(System.nanoTime() - began));
                }
            } catch (CompressionException e) {
                if (e.code() != Code.DATA_INVALID && e.code() != Code.LABEL_OUT_OF_RANGE) {
                    throw e;
                }
                // The samples to train on are at fault, which none of the next would change and none before needed.
                failures.add("training: " + e.getMessage());
                return;
            }
            choice = plan.next(known(original), left());
        }
        failures.addAll(plan.leftOut(left()));
    }

    private List<TrainingPlan.Known> known(Candidate original) {
        List<TrainingPlan.Known> known = new ArrayList<>();
        known.add(new TrainingPlan.Known(Optional.empty(), 1, 0));
        for (Candidate one : candidates) {
            known.add(new TrainingPlan.Known(
                    Optional.ofNullable(tried.get(one.name())),
                    one.latency().relative(),
                    one.accuracy().orElseThrow().lossAgainst(original.accuracy().orElseThrow())));
        }
        return known;
    }

    private boolean nearlyKeeps(Candidate candidate, Candidate original) {
        double drop = candidate
                .accuracy()
                .orElseThrow()
                .lossAgainst(original.accuracy().orElseThrow());
        return drop <= HOPELESS * Math.max(constraints.maxDrop(), 0.01);
    }

    private Optional<Candidate> attempt(Recipe recipe) {
        if (!candidates.isEmpty() && left().compareTo(spending.expected(recipe)) < 0) {
            failures.add(recipe.name() + ": not tried, the budget was used up");
            return Optional.empty();
        }
        long began = System.nanoTime();
        double done = spent();
        try {
            Steps steps = new Steps(
                    progress,
                    recipe.name(),
                    done,
                    Math.min(1, done + 0.05),
                    candidates.isEmpty() ? () -> true : this::timeLeft);
            Candidate candidate = bench.candidate(recipe, steps);
            spending.took(recipe, Duration.ofNanos(System.nanoTime() - began));
            if (digests.add(candidate.digest())) {
                candidates.add(candidate);
                tried.put(candidate.name(), recipe);
            }
            return Optional.of(candidate);
        } catch (CompressionException e) {
            if (FATAL.contains(e.code())) {
                throw e;
            }
            failures.add(recipe.name() + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    private List<Candidate> sideBySide() {
        progress.update("measure side by side", "auto", spent());
        // A budget that was overdrawn already is not overdrawn further.
        return System.nanoTime() - start < constraints.budget().toNanos() ? bench.sideBySide(candidates) : candidates;
    }

    private Optional<LayerStudy> study() {
        if (!timeLeft()) {
            failures.add("layer study: not done, the budget was used up");
            return Optional.empty();
        }
        progress.update("study layers", "auto", spent());
        Graph graph = Cleanup.forInt8().apply(bench.cleaned(), bench.context()).graph();
        if (StaticInt8.layers(graph, bench.context()).isEmpty()) {
            return Optional.empty();
        }
        Split split = bench.context().calibration().orElseThrow();
        try {
            ActivationStatistics statistics = ActivationStatistics.gather(
                    graph,
                    split,
                    StaticInt8.watched(graph, bench.context()),
                    Batching.of(graph.feeds(), ActivationStatistics.BATCH));
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

    /** What is left for candidates. */
    private Duration left() {
        return constraints.budget().minus(reserve).minusNanos(System.nanoTime() - start);
    }

    private boolean timeLeft() {
        return left().compareTo(Duration.ZERO) > 0;
    }
}
