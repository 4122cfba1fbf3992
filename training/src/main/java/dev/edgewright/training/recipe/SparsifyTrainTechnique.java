package dev.edgewright.training.recipe;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.recipe.StepParameters;
import dev.edgewright.compression.recipe.Technique;
import dev.edgewright.training.child.TrainingJob;
import java.util.List;

/**
 * {@code sparsify-train}: more and more single weights become zero while the others train, along a cubic curve; for a smaller transfer, not
 * for speed. Parameters: {@code sparsity} (0.8), and those of {@link TrainingParameters}; 6 epochs at 0.001 with AdamW.
 */
public final class SparsifyTrainTechnique implements Technique {

    private static final int EPOCHS = 6;

    @Override
    public String name() {
        return "sparsify-train";
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
        TrainingParameters own = TrainingParameters.of(parameters, "sparsity");
        double sparsity = parameters.number("sparsity", 0.8);
        if (!(sparsity > 0 && sparsity < 1)) {
            throw new CompressionException(
                    Code.RECIPE_INVALID, "step sparsify-train: sparsity must be in (0, 1), not " + sparsity);
        }
        return new TrainingStep(
                name(),
                List.of(new TrainingJob.Step("sparsify", null, null, 1 - sparsity, null, null, null, null, null, null)),
                own.training(EPOCHS, 0.001, "adamw"),
                own.augment(),
                own.teaching());
    }
}
