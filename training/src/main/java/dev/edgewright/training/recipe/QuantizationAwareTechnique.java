package dev.edgewright.training.recipe;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.recipe.StepParameters;
import dev.edgewright.compression.recipe.Technique;
import dev.edgewright.training.child.TrainingJob;
import java.util.List;

/**
 * {@code qat}: trains through the rounding that the int8 file will have, and gives that file; the last step of a recipe. Parameters: {@code
 * bits} of the weights (8; 2 to 8), and those of {@link TrainingParameters}; 2 epochs at 0.005 with SGD.
 */
public final class QuantizationAwareTechnique implements Technique {

    private static final int EPOCHS = 2;
    /** An epoch through fake quantisation takes about so much longer. */
    private static final double CODES = 2;

    @Override
    public String name() {
        return "qat";
    }

    @Override
    public boolean trains() {
        return true;
    }

    @Override
    public double epochs(StepParameters parameters) {
        return CODES * parameters.number("epochs", EPOCHS);
    }

    @Override
    public Pass pass(StepParameters parameters) {
        TrainingParameters own = TrainingParameters.of(parameters, "bits");
        int bits = parameters.integer("bits", 8);
        if (bits < 2 || bits > 8) {
            throw new CompressionException(Code.RECIPE_INVALID, "step qat: bits must be 2 to 8, not " + bits);
        }
        return new TrainingStep(
                name(),
                List.of(new TrainingJob.Step("qat", null, null, null, null, null, null, null, null, bits)),
                own.training(EPOCHS, bits < 8 ? 0.01 : 0.005, "sgd"),
                own.augment(),
                own.teaching());
    }
}
