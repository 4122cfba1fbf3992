package dev.edgewright.training.distill;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Runs the teacher in ONNX Runtime, which fuses what the training engine computes node by node, and takes int8 teachers too. Only outputs
 * of the graph can be asked for.
 */
final class RuntimeAnswers implements Answers {

    private final TensorBackend backend;
    private final Graph graph;
    private final ModelSession session;

    /** @param threads of the session; 0 for one a core. They do not spin while the student's step runs. */
    RuntimeAnswers(TensorBackend backend, Graph graph, int threads) {
        this.backend = backend;
        this.graph = graph;
        this.session = ModelSession.open(
                graph, SessionSettings.threads(threads).withConfig("session.intra_op.allow_spinning", "0"));
    }

    @Override
    public Map<String, Tensor> answer(TensorBackend.Scope scope, Map<String, Tensor> batch, Set<String> names) {
        for (String name : names) {
            if (!graph.isOutput(name)) {
                throw new TrainingException(
                        Code.TEACHER_MISMATCH, "the teacher has no output " + name + " that ONNX Runtime could give");
            }
        }
        Map<String, dev.edgewright.compression.graph.Tensor> feeds = new LinkedHashMap<>();
        Teacher.fed(graph, batch).forEach((name, tensor) -> {
            long[] shape = tensor.shape().dimensions();
            feeds.put(
                    name,
                    tensor.type() == Tensor.Type.FLOAT
                            ? dev.edgewright.compression.graph.Tensor.ofFloats(name, tensor.toFloats(), shape)
                            : dev.edgewright.compression.graph.Tensor.ofLongs(name, tensor.toLongs(), shape));
        });
        Map<String, Tensor> answers = new LinkedHashMap<>();
        session.run(feeds, names)
                .forEach((name, tensor) -> answers.put(name, backend.floats(tensor.toFloats(), tensor.sizes())));
        return answers;
    }

    @Override
    public void close() {
        session.close();
    }
}
