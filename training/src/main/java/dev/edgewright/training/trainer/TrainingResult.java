package dev.edgewright.training.trainer;

import dev.edgewright.compression.graph.Graph;
import java.util.List;

/**
 * What a training left.
 *
 * @param graph the graph with the weights of the best epoch
 * @param bestEpoch that epoch, from 1
 * @param validationAccuracy its accuracy on the validation samples
 * @param accuracies validation accuracy after each epoch, those before a resume included
 * @param reports the epochs that this process trained
 */
public record TrainingResult(
        Graph graph, int bestEpoch, double validationAccuracy, List<Double> accuracies, List<EpochReport> reports) {}
