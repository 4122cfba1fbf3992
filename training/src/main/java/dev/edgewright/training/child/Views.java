package dev.edgewright.training.child;

import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.augment.Augmentation;
import dev.edgewright.training.data.Feature;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How a job shows its samples: as they are, in a few fixed views, or in ever new ones. */
final class Views {

    private static final String COUNT = "views";

    private Views() {}

    /**
     * What is done to each sample before a step.
     *
     * @throws TrainingException SETTINGS_INVALID for a change that nobody knows, one of negative strength, or samples that are no images
     */
    static Augmentation of(TrainingJob job, JobData data) {
        Map<String, Integer> wanted = wanted(job);
        if (wanted.isEmpty()) {
            return Augmentation.none();
        }
        if (data.training().features().stream().noneMatch(Feature::isImage)) {
            throw new TrainingException(
                    Code.SETTINGS_INVALID,
                    "augment " + wanted.keySet() + " changes images [channels, height, width], and the samples are "
                            + data.training().features());
        }
        float black = data.background();
        List<Augmentation> steps = new ArrayList<>();
        wanted.forEach((name, strength) -> {
            if (strength == null || strength < 0) {
                throw new TrainingException(
                        Code.SETTINGS_INVALID, "augment " + name + " must be a number from 0 on, not " + strength);
            }
            switch (name) {
                case "flip" -> steps.add(strength > 0 ? Augmentation.flip() : Augmentation.none());
                case "shift" -> steps.add(Augmentation.shift(strength, black));
                case "cutout" -> steps.add(Augmentation.cutout(strength, black));
                case COUNT -> {} // below, around all of them
                default ->
                    throw new TrainingException(
                            Code.SETTINGS_INVALID,
                            "augment " + name + " is unknown; there are flip, shift, cutout, views");
            }
        });
        int count = wanted.getOrDefault(COUNT, 0);
        return count > 0 ? Augmentation.views(count, Augmentation.all(steps)) : Augmentation.all(steps);
    }

    /** Whether samples come again exactly as they were, so that what a teacher said of them still holds. */
    static boolean comeAgain(TrainingJob job) {
        boolean everNew =
                wanted(job).entrySet().stream().anyMatch(one -> !one.getKey().equals(COUNT) && one.getValue() > 0)
                        && wanted(job).getOrDefault(COUNT, 0) < 1;
        return !everNew && job.training().mixup() <= 0;
    }

    private static Map<String, Integer> wanted(TrainingJob job) {
        return job.augment() == null ? Map.of() : job.augment();
    }
}
