package dev.edgewright.training.recipe;

import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.recipe.StepParameters;
import dev.edgewright.compression.recipe.Technique;
import dev.edgewright.training.child.TrainingJob;
import java.util.List;

/**
 * {@code fine-tune}: trains the graph as the steps before left it, taught by the original and by the labels where there are some.
 * Parameters: those of {@link TrainingParameters}; 4 epochs at 0.001 with AdamW.
 */
public final class FineTuneTechnique implements Technique {

    private static final int EPOCHS = 4;

    @Override
    public String name() {
        return "fine-tune";
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
        TrainingParameters own = TrainingParameters.of(parameters);
        return new TrainingStep(
                name(),
                List.of(TrainingJob.Step.of("train")),
                own.training(EPOCHS, 0.001, "adamw"),
                own.augment(),
                own.teaching());
    }
}
