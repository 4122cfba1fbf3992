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

/** Runs the teacher in the engine that trains: any value inside it can be asked for. */
final class EngineAnswers implements Answers {

    private final TensorBackend backend;
    private final GraphProgram program;
    private final ModelState state;

    EngineAnswers(TensorBackend backend, Graph graph) {
        this.backend = backend;
        this.program = GraphProgram.of(graph, OperatorTable.standard());
        this.state = ModelState.frozen(graph, backend);
    }

    @Override
    public Map<String, Tensor> answer(TensorBackend.Scope scope, Map<String, Tensor> batch, Set<String> names) {
        Map<String, Value> values = new HashMap<>(state.values(scope));
        Teacher.fed(program.graph(), batch)
                .forEach((name, tensor) -> values.put(name, new Value.Dense(tensor.detach())));
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
