package dev.edgewright.training.distill;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.ValueInfo;
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

    public Teacher(TensorBackend backend, Graph graph) {
        this.backend = backend;
        this.program = GraphProgram.of(graph, OperatorTable.standard());
        this.state = ModelState.frozen(graph, backend);
    }

    public Graph graph() {
        return program.graph();
    }

    /**
     * The values of these names for a batch, without gradient. They live in the scope of the step.
     *
     * @param batch the student's inputs by name; a teacher with one input takes the only one there is, whatever its name
     * @throws TrainingException TEACHER_MISMATCH when the batch does not hold an input, or the teacher not a value
     */
    public Map<String, Tensor> answer(TensorBackend.Scope scope, Map<String, Tensor> batch, Set<String> names) {
        Map<String, Value> values = new HashMap<>(state.values(scope));
        for (ValueInfo input : program.graph().feeds()) {
            Tensor tensor = batch.get(input.name());
            if (tensor == null && batch.size() == 1 && program.graph().feeds().size() == 1) {
                tensor = batch.values().iterator().next();
            }
            if (tensor == null) {
                throw new TrainingException(
                        Code.TEACHER_MISMATCH,
                        "the teacher reads " + input.name() + " and the student's batch holds " + batch.keySet());
            }
            values.put(input.name(), new Value.Dense(tensor.detach()));
        }
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
