package dev.edgewright.training.qat;

import dev.edgewright.compression.calibration.ActivationStatistics;
import dev.edgewright.compression.cleanup.Cleanup;
import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.quantize.StaticInt8;
import dev.edgewright.compression.quantize.StaticInt8Options;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.data.Samples;
import dev.edgewright.training.optimizer.Optimizer;
import dev.edgewright.training.trainer.Objective;
import dev.edgewright.training.trainer.Trainer;
import dev.edgewright.training.trainer.TrainingResult;
import java.util.HashSet;
import java.util.Set;

/**
 * Trains a graph through the rounding that its int8 file will have. Starts from the post-training result: BatchNormalization folded,
 * ranges calibrated, Q/DQ placed by compression's static int8 for the kernels that ONNX Runtime fuses. What comes out is that file with
 * trained weights and scales.
 */
public final class QuantizationAwareTraining {

    private static final int CALIBRATION_BATCH = 16;

    /**
     * What came of it.
     *
     * @param postTraining the quantised file before training
     * @param trained the quantised file after
     * @param result of the training; its accuracies are those of the quantised graph
     */
    public record Outcome(Graph postTraining, Graph trained, TrainingResult result) {}

    private QuantizationAwareTraining() {}

    /**
     * Trains.
     *
     * @param trainer set up with settings, listener, checkpoint; its operators and frozen weights are set here
     * @param graph the float graph
     * @param calibration how many training samples choose the first ranges
     * @param options of static int8; its weight limit is replaced
     * @param weightBits 8 or 4; codes are stored in int8 either way, so that the int8 kernels run them, and 4-bit codes compress to half
     */
    public static Outcome run(
            Trainer trainer,
            Graph graph,
            Samples training,
            Samples validation,
            String output,
            Objective objective,
            Optimizer optimizer,
            int calibration,
            StaticInt8Options options,
            int weightBits) {
        if (weightBits < 2 || weightBits > 8) {
            throw new TrainingException(Code.SETTINGS_INVALID, "weight bits must be 2..8, not " + weightBits);
        }
        int limit = (1 << weightBits - 1) - 1;
        Graph folded;
        Graph file;
        try (CalibrationData data = CalibrationData.of(training, graph, calibration)) {
            Split split = data.source().calibration();
            PassContext context = PassContext.of(0, data.source(), split, graph);
            folded = Cleanup.all().apply(graph, context).graph();
            Batching batching = Batching.of(folded.feeds(), CALIBRATION_BATCH);
            ActivationStatistics statistics =
                    ActivationStatistics.gather(folded, split, StaticInt8.watched(folded, context), batching);
            file = new StaticInt8(options.withWeightLimit(limit), statistics)
                    .apply(folded, context)
                    .graph();
        }
        QuantizedGraph both = QuantizedGraph.of(file, folded, limit);
        Set<String> frozen = frozenScales(both.training());
        TrainingResult result = trainer.operators(FakeQuantization.operators())
                .rule(both.scaleBounds())
                .training(name -> !frozen.contains(name))
                .train(both.training(), training, validation, output, objective, optimizer);
        return new Outcome(file, both.export(result.graph()), result);
    }

    /** Behind a Clip the range must not grow over the clip's end, or the clip no longer disappears into the kernel. */
    private static Set<String> frozenScales(Graph graph) {
        Set<String> frozen = new HashSet<>();
        for (Node node : graph.nodes()) {
            boolean activation = node.op().equals(FakeQuantization.ACTIVATION);
            if (activation
                    && graph.producer(node.input(0)).filter(p -> p.is("Clip")).isPresent()) {
                frozen.add(node.input(1));
            }
        }
        return frozen;
    }
}
