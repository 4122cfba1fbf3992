package dev.edgewright.training.distill;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.ValueInfo;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** A frozen graph that answers, in inference form, the batch that its student sees. Close one in ONNX Runtime to free native memory. */
public final class Teacher implements AutoCloseable {

    private final Graph graph;
    private final TensorBackend backend;
    private final Answers answers;

    private Teacher(Graph graph, TensorBackend backend, Answers answers) {
        this.graph = graph;
        this.backend = backend;
        this.answers = answers;
    }

    /** A teacher in the engine that trains: every value inside it can be learnt from. */
    public Teacher(TensorBackend backend, Graph graph) {
        this(graph, backend, new EngineAnswers(backend, graph));
    }

    /**
     * A teacher in ONNX Runtime, for students that learn from its outputs alone: faster, and the graph may hold operators without a
     * gradient, int8 ones for instance.
     *
     * @param threads of the runtime; 0 for one a core
     */
    public static Teacher inRuntime(TensorBackend backend, Graph graph, int threads) {
        return new Teacher(graph, backend, new RuntimeAnswers(backend, graph, threads));
    }

    /** A teacher whose answers come about in this way. */
    static Teacher answering(TensorBackend backend, Graph graph, Answers answers) {
        return new Teacher(graph, backend, answers);
    }

    /** The same teacher, asked once about each sample; what it said is kept for the next time that the sample comes unchanged. */
    public Teacher keepingAnswers() {
        return new Teacher(graph, backend, new KeptAnswers(backend, answers));
    }

    public Graph graph() {
        return graph;
    }

    /**
     * The values of these names for a batch, without gradient. They live in the scope of the step.
     *
     * @param batch the student's inputs by name; a teacher with one input takes the only one there is, whatever its name
     * @throws TrainingException TEACHER_MISMATCH when the batch does not hold an input, or the teacher not a value
     */
    public Map<String, Tensor> answer(TensorBackend.Scope scope, Map<String, Tensor> batch, Set<String> names) {
        return answers.answer(scope, fed(graph, batch), names);
    }

    @Override
    public void close() {
        answers.close();
    }

    /** What each input of a graph gets from a batch. */
    static Map<String, Tensor> fed(Graph graph, Map<String, Tensor> batch) {
        Map<String, Tensor> fed = new LinkedHashMap<>();
        for (ValueInfo input : graph.feeds()) {
            Tensor tensor = batch.get(input.name());
            if (tensor == null && batch.size() == 1 && graph.feeds().size() == 1) {
                tensor = batch.values().iterator().next();
            }
            if (tensor == null) {
                throw new TrainingException(
                        Code.TEACHER_MISMATCH,
                        "the teacher reads " + input.name() + " and the student's batch holds " + batch.keySet());
            }
            fed.put(input.name(), tensor);
        }
        return fed;
    }
}
