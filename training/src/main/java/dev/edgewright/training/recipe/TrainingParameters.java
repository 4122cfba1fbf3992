package dev.edgewright.training.recipe;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.recipe.StepParameters;
import dev.edgewright.training.child.TrainingJob;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What every training step can be told: {@code epochs}, {@code batch} (64), {@code rate}, {@code optimizer} (adamw or sgd), {@code decay},
 * {@code clip} (largest gradient norm, 1), {@code flip} and {@code shift} (of images, 0), {@code teacher-weight} (0.7), {@code
 * temperature} (2).
 */
final class TrainingParameters {

    private static final List<String> KNOWN = List.of(
            "epochs", "batch", "rate", "optimizer", "decay", "clip", "flip", "shift", "teacher-weight", "temperature");

    private final StepParameters values;

    private TrainingParameters(StepParameters values) {
        this.values = values;
    }

    /** Checks that nothing else than these and the step's own parameters is given. */
    static TrainingParameters of(StepParameters parameters, String... own) {
        List<String> known = new ArrayList<>(KNOWN);
        known.addAll(List.of(own));
        parameters.only(known.toArray(String[]::new));
        return new TrainingParameters(parameters);
    }

    TrainingJob.Training training(int epochs, double rate, String optimizer) {
        int wanted = values.integer("epochs", epochs);
        int batch = values.integer("batch", 64);
        double step = values.number("rate", rate);
        if (wanted < 1 || batch < 1 || !(step > 0)) {
            throw new CompressionException(
                    Code.RECIPE_INVALID,
                    "a training step needs epochs and batch of at least 1 and a rate above 0, not " + wanted + ", "
                            + batch + ", " + step);
        }
        return new TrainingJob.Training(
                wanted,
                batch,
                step,
                "one-cycle",
                0,
                values.text("optimizer", optimizer),
                0.9,
                values.number("decay", 1e-4),
                0,
                values.number("clip", 1),
                0,
                0,
                0,
                0);
    }

    Map<String, Integer> augment() {
        Map<String, Integer> augment = new LinkedHashMap<>();
        for (String kind : List.of("flip", "shift")) {
            int strength = values.integer(kind, 0);
            if (strength > 0) {
                augment.put(kind, strength);
            }
        }
        return augment;
    }

    TrainingJob.Teaching teaching() {
        double weight = values.number("teacher-weight", 0.7);
        double temperature = values.number("temperature", 2);
        if (!(weight > 0 && weight <= 1) || !(temperature > 0)) {
            throw new CompressionException(
                    Code.RECIPE_INVALID, "teacher-weight must be in (0, 1] and temperature above 0");
        }
        return new TrainingJob.Teaching(null, temperature, weight);
    }

    /** A share that stays, in (0, 1]. */
    double share(String key, double otherwise) {
        double share = values.number(key, otherwise);
        if (!(share > 0 && share <= 1)) {
            throw new CompressionException(Code.RECIPE_INVALID, key + " must be in (0, 1], not " + share);
        }
        return share;
    }
}
