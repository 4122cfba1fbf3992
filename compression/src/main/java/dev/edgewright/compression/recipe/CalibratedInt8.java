package dev.edgewright.compression.recipe;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.calibration.ActivationStatistics;
import dev.edgewright.compression.calibration.InputMoments;
import dev.edgewright.compression.calibration.OutputProbe;
import dev.edgewright.compression.cleanup.Cleanup;
import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.quantize.BiasCorrection;
import dev.edgewright.compression.quantize.CrossLayerEqualization;
import dev.edgewright.compression.quantize.FusionVerifier;
import dev.edgewright.compression.quantize.LearnedRounding;
import dev.edgewright.compression.quantize.Smoothing;
import dev.edgewright.compression.quantize.StaticInt8;
import dev.edgewright.compression.quantize.StaticInt8Options;
import dev.edgewright.compression.runtime.LatencyMeter;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/**
 * Gathers statistics, quantises, and then tries what may make the answers better: smoothing, equalising, learned rounding, corrected biases.
 * Each is kept when it was asked for, or where the error at the model's output falls with it (on calibration samples, against the float
 * model); the lineage says which, with the errors.
 *
 * @param depthwise whether depthwise convolutions are quantised; auto measures both forms, conversions at the border included, and takes the
 *     faster, so that the result then depends on this machine
 * @param biases whether biases are corrected
 * @param equalizes whether the ranges of channels between layers are balanced
 * @param smooths whether outliers move from normalised activations into weights
 * @param rounds whether rounding is learned
 */
record CalibratedInt8(
        StaticInt8Options options, Choice depthwise, Choice biases, Choice equalizes, Choice smooths, Choice rounds)
        implements Pass {

    private static final int REPAIR_ROUNDS = 4;
    private static final int PROBE_SAMPLES = 128;
    private static final int PROBE_BATCH = 8;
    private static final double WORTHWHILE = 0.99;
    private static final double UNEQUAL = 4;
    private static final double NOTICEABLY_FASTER = 0.97;
    private static final Duration MEASURED = Duration.ofMillis(400);
    private static final int RUNS = 200;

    @Override
    public String name() {
        return "int8-static";
    }

    @Override
    public void requires(Graph graph, PassContext context) {
        new StaticInt8(options, null).requires(graph, context);
        if (context.calibration().isEmpty()) {
            throw new CompressionException(
                    Code.DATA_REQUIRED, "static int8 needs calibration samples; give data, or use int8-dynamic");
        }
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        PassResult prepared = Cleanup.forInt8().apply(graph, context);
        Batching.of(prepared.graph().feeds(), 1).check(context.calibration().orElseThrow());
        Work work = new Work(context, options.withDepthwise(depthwise != Choice.NEVER));
        Form form = work.form(prepared.graph(), null);
        if (!form.quantized().changed()) {
            return prepared.then(form.quantized());
        }
        Trial trial = new Trial(prepared.graph(), work, form);
        if (depthwise == Choice.AUTO) {
            trial.measureDepthwise();
        }
        trial.change(smooths, new Smoothing(form.statistics(), OptionalDouble.empty()), true);
        trial.change(equalizes, new CrossLayerEqualization(equalizes == Choice.AUTO ? UNEQUAL : 1), true);
        trial.round();
        trial.correctBiases();
        return prepared.then(trial.result());
    }

    /**
     * A float graph, what it is quantised from, and what comes out.
     *
     * @param statistics of the float graph
     */
    private record Form(Graph graph, ActivationStatistics statistics, PassResult quantized) {}

    /** Makes forms with one set of options. */
    private record Work(PassContext context, StaticInt8Options options) {

        Form form(Graph graph, ActivationStatistics known) {
            ActivationStatistics statistics = known != null
                    ? known
                    : ActivationStatistics.gather(
                            graph,
                            context.calibration().orElseThrow(),
                            StaticInt8.watched(graph, context),
                            Batching.of(graph.feeds(), ActivationStatistics.BATCH),
                            context.allowance().threads());
            return new Form(graph, statistics, repaired(graph, statistics));
        }

        /**
         * Quantises, looks at what ONNX Runtime makes of it, and gives back to float what did not fuse: a layer that is quantised on paper only
         * is slower than a float one.
         */
        private PassResult repaired(Graph graph, ActivationStatistics statistics) {
            StaticInt8Options current = options;
            List<String> notes = new ArrayList<>();
            PassResult result = new StaticInt8(current, statistics).apply(graph, context);
            for (int round = 0; round < REPAIR_ROUNDS && result.changed(); round++) {
                List<FusionVerifier.Unfused> unfused = FusionVerifier.verify(result.graph());
                if (unfused.isEmpty()) {
                    break;
                }
                Set<String> keep = new TreeSet<>(current.keepFloat());
                unfused.forEach(finding -> {
                    notes.add("int8: " + finding + "; it stays float");
                    keep.add(finding.layer());
                });
                current = current.withKeepFloat(keep);
                result = new StaticInt8(current, statistics).apply(graph, context);
            }
            List<String> all = new ArrayList<>(result.notes());
            all.addAll(notes);
            return new PassResult(result.graph(), result.changed(), result.lineage(), all);
        }
    }

    /** The best form so far, and the attempts to better it. */
    private final class Trial {

        private final Graph reference;
        private final PassContext context;
        private Work work;
        private final List<String> lineage = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();
        private Form best;
        private OutputProbe probe;
        private double error = Double.NaN;

        Trial(Graph reference, Work work, Form first) {
            this.reference = reference;
            this.context = work.context();
            this.work = work;
            this.best = first;
        }

        /** Depthwise convolutions do little work for what they read: int8 often loses there. */
        void measureDepthwise() {
            List<String> layers = StaticInt8.depthwise(best.graph(), context);
            if (layers.isEmpty()) {
                return;
            }
            Work other = new Work(context, work.options().withDepthwise(false));
            Form floats = other.form(best.graph(), best.statistics());
            if (!floats.quantized().changed()) {
                return; // nothing but depthwise layers
            }
            double ratio = time(best.quantized().graph(), floats.quantized().graph());
            boolean faster = ratio < NOTICEABLY_FASTER;
            lineage.add(String.format(
                    Locale.ROOT,
                    "depthwise: %d layers %s; as floats the whole run takes %.2f of the time",
                    layers.size(),
                    faster ? "stay float" : "in int8",
                    ratio));
            if (faster) {
                work = other;
                best = floats;
            }
        }

        /** The second graph's time over the first's, in interleaved runs of one sample. */
        private double time(Graph first, Graph second) {
            Batching one = Batching.of(first.feeds(), 1);
            Map<String, Tensor> feeds = one.fit(
                            context.calibration().orElseThrow().first(one.size()))
                    .inputs();
            try (ModelSession a = ModelSession.open(first, SessionSettings.single());
                    ModelSession b = ModelSession.open(second, SessionSettings.single())) {
                return new LatencyMeter(MEASURED, RUNS)
                        .compare(List.of(a, b), feeds, 1)
                        .get(1)
                        .relative();
            }
        }

        /** Applies a pass to the float graph and keeps the result when it was asked for or is better. */
        void change(Choice choice, Pass pass, boolean movesActivations) {
            if (choice == Choice.NEVER) {
                return;
            }
            PassResult changed = pass.apply(best.graph(), context);
            changed.notes().stream().filter(note -> !notes.contains(note)).forEach(notes::add);
            if (changed.changed()) {
                Form other = work.form(changed.graph(), movesActivations ? null : best.statistics());
                keepIfBetter(choice, other, changed.lineage().get(0));
            }
        }

        void round() {
            if (rounds == Choice.NEVER) {
                return;
            }
            Split split = context.calibration().orElseThrow();
            change(
                    rounds,
                    new LearnedRounding(
                            options,
                            InputMoments.gather(
                                    best.graph(), LearnedRounding.layers(best.graph()), split, 16, context.seed())),
                    false);
        }

        void correctBiases() {
            if (biases != Choice.NEVER) {
                Graph corrected =
                        BiasCorrection.of(best.graph(), best.quantized().graph(), best.statistics());
                keepIfBetter(
                        biases,
                        work.form(corrected, best.statistics()),
                        "bias-correction: moved the biases of int8 layers by the means that rounding shifted");
            }
        }

        private void keepIfBetter(Choice choice, Form other, String line) {
            if (choice == Choice.ALWAYS) {
                best = other;
                error = Double.NaN;
                lineage.add(line);
                return;
            }
            double before = error();
            double after = probe().error(other.quantized().graph());
            String errors = String.format(Locale.ROOT, "%.3e to %.3e", before, after);
            if (after < before * WORTHWHILE) {
                best = other;
                error = after;
                lineage.add(line + "; output error " + errors);
            } else {
                notes.add(
                        line.substring(0, line.indexOf(':')) + ": not used, the output error would go from " + errors);
            }
        }

        private double error() {
            if (Double.isNaN(error)) {
                error = probe().error(best.quantized().graph());
            }
            return error;
        }

        private OutputProbe probe() {
            if (probe == null) {
                Split few = context.calibration().orElseThrow().limit(PROBE_SAMPLES);
                probe = new OutputProbe(
                        reference, few, PROBE_BATCH, context.allowance().threads());
            }
            return probe;
        }

        PassResult result() {
            List<String> lines = new ArrayList<>(best.quantized().lineage());
            lines.addAll(lineage);
            List<String> remarks = new ArrayList<>(best.quantized().notes());
            remarks.addAll(notes);
            return new PassResult(best.quantized().graph(), true, lines, remarks);
        }
    }
}
