package dev.edgewright.training.recipe;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.recipe.StepParameters;
import dev.edgewright.compression.recipe.Technique;
import dev.edgewright.training.child.TrainingJob;
import java.util.List;

/**
 * {@code prune-train}: removes channels a little at a time and trains after each cut. Parameters: {@code macs} (0.5, the share of the
 * multiply-adds that stays), {@code rounds} (3), {@code block} (8), {@code blocks} (false; true: whole residual blocks go too, chosen by trial), {@code floor} (validation accuracy at which it stops, 0), and those
 * of {@link TrainingParameters}; 2 epochs a round at 0.001 with AdamW.
 */
public final class PruneTrainTechnique implements Technique {

    private static final int EPOCHS = 2;

    @Override
    public String name() {
        return "prune-train";
    }

    @Override
    public boolean trains() {
        return true;
    }

    @Override
    public double epochs(StepParameters parameters) {
        return parameters.number("rounds", 3) * parameters.number("epochs", EPOCHS);
    }

    @Override
    public Pass pass(StepParameters parameters) {
        TrainingParameters own = TrainingParameters.of(parameters, "macs", "rounds", "block", "blocks", "floor");
        double macs = own.share("macs", 0.5);
        int rounds = parameters.integer("rounds", 3);
        int block = parameters.integer("block", 8);
        boolean blocks = parameters.flag("blocks", false);
        double floor = parameters.number("floor", 0);
        if (macs == 1 || rounds < 1 || block < 1) {
            throw new CompressionException(
                    Code.RECIPE_INVALID, "step prune-train: macs must be below 1, rounds and block at least 1");
        }
        return new TrainingStep(
                name(),
                List.of(new TrainingJob.Step(
                        "prune", null, null, macs, rounds, block, floor > 0 ? floor : null, blocks, null, null)),
                own.training(EPOCHS, 0.001, "adamw"),
                own.augment(),
                own.teaching());
    }
}
