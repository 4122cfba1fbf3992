package dev.edgewright.training.distill;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.op.OperatorTable;
import dev.edgewright.training.op.RunMode;
import dev.edgewright.training.op.Value;
import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import dev.edgewright.training.trainer.GraphProgram;
import dev.edgewright.training.trainer.ModelState;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** A frozen graph that answers, in inference form, the batch that its student sees. */
public final class Teacher {

    private final TensorBackend backend;
    private final GraphProgram program;
    private final ModelState state;
    private final String input;

    public Teacher(TensorBackend backend, Graph graph) {
        this.backend = backend;
        this.program = GraphProgram.of(graph, OperatorTable.standard());
        this.state = ModelState.frozen(graph, backend);
        if (graph.feeds().size() != 1) {
            throw new TrainingException(
                    Code.TEACHER_MISMATCH,
                    "the teacher has " + graph.feeds().size() + " inputs and the student's batch feeds one");
        }
        this.input = graph.feeds().get(0).name();
    }

    public Graph graph() {
        return program.graph();
    }

    /** The values of these names for a batch, without gradient. They live in the scope of the step. */
    public Map<String, Tensor> answer(TensorBackend.Scope scope, Tensor batch, Set<String> names) {
        Map<String, Value> values = new HashMap<>(state.values(scope));
        values.put(input, new Value.Dense(batch.detach()));
        Map<String, Value> results = program.run(backend, values, RunMode.INFERENCE, names, null);
        Map<String, Tensor> answers = new LinkedHashMap<>();
        for (String name : names) {
            if (!(results.get(name) instanceof Value.Dense dense)) {
                throw new TrainingException(Code.TEACHER_MISMATCH, "the teacher has no value " + name);
            }
            answers.put(name, dense.tensor().detach());
        }
        return answers;
    }
}
