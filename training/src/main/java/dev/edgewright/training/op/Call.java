package dev.edgewright.training.op;

import dev.edgewright.compression.graph.Node;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import java.util.List;

/**
 * One execution of one node.
 *
 * @param node the node, for its attributes
 * @param inputs its inputs; null where one was left out
 * @param backend the engine
 * @param mode training or inference
 * @param opset version of the standard operator set
 */
public record Call(Node node, List<Value> inputs, TensorBackend backend, RunMode mode, long opset) {

    public boolean has(int index) {
        return index < inputs.size() && inputs.get(index) != null;
    }

    public Value value(int index) {
        if (!has(index)) {
            throw unsupported("input " + index + " is missing");
        }
        return inputs.get(index);
    }

    /** The input as a tensor of the engine. */
    public Tensor tensor(int index) {
        return dense(value(index));
    }

    /** The input as a tensor, or null when it was left out. */
    public Tensor tensorOrNull(int index) {
        return has(index) ? tensor(index) : null;
    }

    private Tensor dense(Value value) {
        if (value instanceof Value.Dense dense) {
            return dense.tensor();
        }
        Value.Host host = (Value.Host) value;
        long[] shape = host.shape().dimensions();
        return switch (host.type()) {
            case FLOAT -> {
                float[] floats = new float[host.data().length];
                for (int i = 0; i < floats.length; i++) {
                    floats[i] = (float) host.data()[i];
                }
                yield backend.floats(floats, shape);
            }
            case INT64 -> backend.longs(host.toLongs(), shape);
            case BOOL -> {
                boolean[] booleans = new boolean[host.data().length];
                for (int i = 0; i < booleans.length; i++) {
                    booleans[i] = host.data()[i] != 0;
                }
                yield backend.booleans(booleans, shape);
            }
        };
    }

    /** The input as integers of the JVM (axes, sizes, pads). */
    public long[] longs(int index) {
        Value value = value(index);
        return value instanceof Value.Host host
                ? host.toLongs()
                : ((Value.Dense) value).tensor().toLongs();
    }

    public float scalar(int index) {
        Value value = value(index);
        return value instanceof Value.Host host
                ? (float) host.data()[0]
                : ((Value.Dense) value).tensor().scalar();
    }

    public boolean allHost() {
        return inputs.stream().allMatch(value -> value == null || value instanceof Value.Host);
    }

    public Value.Host host(int index) {
        return (Value.Host) value(index);
    }

    public long attribute(String name, long otherwise) {
        return node.intAttribute(name, otherwise);
    }

    public float attribute(String name, float otherwise) {
        return node.floatAttribute(name, otherwise);
    }

    public String attribute(String name, String otherwise) {
        return node.stringAttribute(name, otherwise);
    }

    /** Axes from attribute {@code axes} (old operator sets) or from this input (new ones); null when neither is given. */
    public long[] axes(int input) {
        if (has(input)) {
            return longs(input);
        }
        return node.attribute("axes").map(a -> a.intValues()).orElse(null);
    }

    public TrainingException unsupported(String what) {
        return new TrainingException(
                TrainingException.Code.OPERATOR_FORM_UNSUPPORTED,
                "node " + node.label() + " (" + node.op() + "): " + what + "; freeze that part or rewrite the node");
    }

    public static List<Value> one(Tensor tensor) {
        return List.of(new Value.Dense(tensor));
    }
}
