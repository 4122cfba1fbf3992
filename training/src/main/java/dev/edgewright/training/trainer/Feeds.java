package dev.edgewright.training.trainer;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Shape;
import dev.edgewright.compression.graph.ValueInfo;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.data.Feature;
import dev.edgewright.training.data.Samples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which feature of the samples fills which input of a graph: the one of the same name, or the only one for a graph with one input.
 *
 * @param byInput number of the feature for each input
 */
public record Feeds(Map<String, Integer> byInput) {

    /** @throws TrainingException DATA_INVALID naming the input that nothing fills, or whose shape is another */
    public static Feeds of(Graph graph, List<Feature> features) {
        List<ValueInfo> inputs = graph.feeds();
        Map<String, Integer> byInput = new LinkedHashMap<>();
        List<String> missing = new ArrayList<>();
        for (ValueInfo input : inputs) {
            int found = find(input.name(), features);
            if (found < 0 && inputs.size() == 1 && features.size() == 1) {
                found = 0;
            }
            if (found < 0) {
                missing.add(input.name());
            } else {
                Feature feature = features.get(found);
                input.shape().ifPresent(shape -> check(input.name(), shape, feature));
                byInput.put(input.name(), found);
            }
        }
        if (!missing.isEmpty()) {
            throw new TrainingException(
                    Code.DATA_INVALID,
                    "the graph also reads " + missing + " and the samples hold "
                            + features.stream().map(Feature::toString).toList()
                            + "; name each input in data.yaml");
        }
        return new Feeds(byInput);
    }

    /**
     * The samples in the shapes that a graph declares, where they hold as many numbers: pictures stored as [height, width] for an input
     * [N, 1, height, width]. Others stay as they are.
     */
    public static Samples fit(Graph graph, Samples samples) {
        List<Feature> features = new ArrayList<>(samples.features());
        boolean changed = false;
        for (ValueInfo input : graph.feeds()) {
            int found = find(input.name(), features);
            if (found < 0 && graph.feeds().size() == 1 && features.size() == 1) {
                found = 0;
            }
            Shape shape = input.shape().orElse(null);
            if (found < 0 || shape == null || shape.rank() < 1) {
                continue;
            }
            Feature feature = features.get(found);
            long[] wanted = new long[shape.rank() - 1];
            boolean known = true;
            for (int i = 0; i < wanted.length; i++) {
                wanted[i] = shape.size(i + 1);
                known &= wanted[i] > 0;
            }
            Feature other = new Feature(feature.input(), feature.kind(), known ? wanted : feature.shape());
            if (!other.equals(feature) && other.elements() == feature.elements()) {
                features.set(found, other);
                changed = true;
            }
        }
        return changed ? samples.shaped(features) : samples;
    }

    private static int find(String input, List<Feature> features) {
        for (int i = 0; i < features.size(); i++) {
            if (features.get(i).input().equals(input)) {
                return i;
            }
        }
        return -1;
    }

    private static void check(String input, Shape shape, Feature feature) {
        long[] got = feature.shape();
        boolean fits = shape.rank() == got.length + 1;
        for (int i = 0; fits && i < got.length; i++) {
            fits = shape.size(i + 1) < 0 || shape.size(i + 1) == got[i];
        }
        if (!fits) {
            throw new TrainingException(
                    Code.DATA_INVALID,
                    "input " + input + " wants " + shape + " and the samples are " + Arrays.toString(got));
        }
    }

    /** What a graph's inputs get, from what each feature holds. */
    public <T> Map<String, T> pick(List<T> perFeature) {
        Map<String, T> picked = new LinkedHashMap<>();
        byInput.forEach((input, feature) -> picked.put(input, perFeature.get(feature)));
        return picked;
    }
}
