package dev.edgewright.training.recipe;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.recipe.StepParameters;
import dev.edgewright.compression.recipe.Technique;
import dev.edgewright.training.child.TrainingJob;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code distil}: makes a student of the graph, with its weights where they fit, and lets the original teach it. Parameters: {@code width}
 * (0.5, the share of each layer's channels that stays), {@code drop} (0, residual blocks left out), {@code block} (8, channels that go
 * together), and those of {@link TrainingParameters}; 8 epochs at 0.002 with AdamW.
 */
public final class DistilTechnique implements Technique {

    private static final int EPOCHS = 8;

    @Override
    public String name() {
        return "distil";
    }

    @Override
    public boolean trains() {
        return true;
    }

    @Override
    public double epochs(StepParameters parameters) {
        return parameters.number("epochs", EPOCHS);
    }

    @Override
    public Pass pass(StepParameters parameters) {
        TrainingParameters own = TrainingParameters.of(parameters, "width", "drop", "block");
        double width = own.share("width", 0.5);
        int drop = parameters.integer("drop", 0);
        int block = parameters.integer("block", 8);
        if (drop < 0 || block < 1) {
            throw new CompressionException(
                    Code.RECIPE_INVALID, "step distil: drop cannot be negative and block must be at least 1");
        }
        List<TrainingJob.Step> steps = new ArrayList<>();
        if (drop > 0) {
            steps.add(new TrainingJob.Step("shallow", null, null, null, null, null, null, null, drop, null));
        }
        if (width < 1) {
            steps.add(new TrainingJob.Step("narrow", null, null, width, null, block, null, null, null, null));
        }
        steps.add(TrainingJob.Step.of("train"));
        return new TrainingStep(name(), steps, own.training(EPOCHS, 0.002, "adamw"), own.augment(), own.teaching());
    }
}
