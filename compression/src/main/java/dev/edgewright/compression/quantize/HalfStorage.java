package dev.edgewright.compression.quantize;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Keeps float weights as fp16 in the file, with a Cast to fp32 behind each. ONNX Runtime folds the Casts when it loads the model, so speed
 * and memory are those of fp32: this halves the transfer and nothing else.
 */
public final class HalfStorage implements Pass {

    private static final int SMALLEST = 64;
    private static final int FLOAT = 1;
    private static final float LARGEST = 65504;

    @Override
    public String name() {
        return "fp16-storage";
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        GraphEdit edit = graph.edit();
        List<String> notes = new ArrayList<>();
        int stored = 0;
        for (Tensor tensor : graph.initializers().values()) {
            boolean eligible = tensor.type() == ElementType.FLOAT
                    && tensor.elements() >= SMALLEST
                    && graph.constant(tensor.name()).isPresent()
                    && !graph.isOutput(tensor.name())
                    && graph.consumers(tensor.name()).stream()
                            .noneMatch(node -> node.captured().contains(tensor.name()));
            if (!eligible) {
                continue;
            }
            float[] values = tensor.toFloats();
            String obstacle = obstacle(tensor, values);
            if (obstacle != null) {
                notes.add(obstacle);
                continue;
            }
            String half = edit.putFresh(
                    Tensor.ofRaw(tensor.name() + "_fp16", ElementType.FLOAT16, tensor.sizes(), halves(values)));
            edit.removeInitializer(tensor.name());
            edit.add(Node.of(
                    "Cast",
                    tensor.name() + "_Cast",
                    List.of(half),
                    List.of(tensor.name()),
                    Attribute.ofInt("to", FLOAT)));
            stored++;
        }
        int[] inside = {0};
        for (Node node : graph.nodes()) {
            if (node.hasSubgraphs()) {
                int before = inside[0];
                Node changed = node.withStoredConstants(tensor -> inside(tensor, notes, inside));
                if (inside[0] > before) {
                    edit.replace(node, changed);
                }
            }
        }
        stored += inside[0];
        return stored == 0
                ? PassResult.unchanged(graph, notes)
                : PassResult.changed(edit.build(), "fp16-storage: " + stored + " weights", notes);
    }

    /** The half form of a constant within If, Loop or Scan. */
    private static Optional<Tensor> inside(Tensor tensor, List<String> notes, int[] count) {
        if (tensor.type() != ElementType.FLOAT || tensor.elements() < SMALLEST) {
            return Optional.empty();
        }
        float[] values = tensor.toFloats();
        String obstacle = obstacle(tensor, values);
        if (obstacle != null) {
            notes.add(obstacle);
            return Optional.empty();
        }
        count[0]++;
        return Optional.of(Tensor.ofRaw(tensor.name(), ElementType.FLOAT16, tensor.sizes(), halves(values)));
    }

    private static String obstacle(Tensor tensor, float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new CompressionException(
                        Code.WEIGHTS_NOT_FINITE,
                        "weight " + tensor.name() + " holds " + value + "; train or export it again");
            }
            if (Math.abs(value) > LARGEST) {
                return "fp16-storage: " + tensor.name() + " stays fp32, it holds " + value;
            }
        }
        return null;
    }

    private static byte[] halves(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * 2).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putShort(half(value));
        }
        return bytes.array();
    }

    /** IEEE 754 binary16, rounded to nearest even; values below its smallest step become zero or that step. */
    static short half(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & 0x7fffffff;
        if (magnitude >= 0x47800000) { // 65536: infinity, or NaN
            return (short) (sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00));
        }
        if (magnitude < 0x38800000) { // below the smallest normal, 2^-14
            double steps = Math.rint(Math.abs((double) value) * (1 << 24));
            return (short) (sign | (int) steps);
        }
        int rounded = magnitude + 0xfff + (magnitude >>> 13 & 1);
        return (short) (sign | rounded - 0x38000000 >>> 13);
    }
}
