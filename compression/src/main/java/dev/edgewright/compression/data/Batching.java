package dev.edgewright.compression.data;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.Dimension;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Shape;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.ValueInfo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Fits data to a model's inputs: how many samples go into one run, and whether names, types and sizes agree.
 *
 * @param inputs what the model wants to be fed
 * @param size samples in one run
 * @param fixed whether the model takes only that number
 */
public record Batching(List<ValueInfo> inputs, int size, boolean fixed) {

    /** As many as wanted, or as the model's first axis says. */
    public static Batching of(List<ValueInfo> inputs, int wanted) {
        for (ValueInfo input : inputs) {
            Shape shape = input.shape().orElse(null);
            if (shape != null && shape.rank() > 0 && shape.dimensions().get(0).isFixed()) {
                return new Batching(inputs, (int) shape.size(0), true);
            }
        }
        return new Batching(inputs, wanted, false);
    }

    /**
     * Checks that the data fills every input.
     *
     * @throws CompressionException DATA_INVALID, naming what differs
     */
    public void check(Split split) {
        TreeSet<String> missing = new TreeSet<>();
        inputs.forEach(input -> missing.add(input.name()));
        missing.removeAll(split.inputs());
        if (!missing.isEmpty()) {
            throw new CompressionException(
                    Code.DATA_INVALID,
                    "the data fills " + new TreeSet<>(split.inputs()) + ", but the model also reads " + missing);
        }
        fit(split.first(1));
    }

    /** The batch with exactly the model's inputs, in its sizes; a short batch is filled up with its last sample when the model needs it. */
    public Batch fit(Batch batch) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (ValueInfo input : inputs) {
            Tensor tensor = fit(input, batch.inputs().get(input.name()));
            tensors.put(input.name(), fixed && batch.size() < size ? fill(tensor, size) : tensor);
        }
        return new Batch(tensors, batch.labels(), batch.targets(), batch.size());
    }

    private static Tensor fit(ValueInfo input, Tensor tensor) {
        if (input.type() != ElementType.UNDEFINED && tensor.type() != input.type()) {
            throw new CompressionException(
                    Code.DATA_INVALID,
                    "input " + input.name() + " wants " + input.type() + ", the data holds " + tensor.type()
                            + "; set type in data.yaml");
        }
        Shape shape = input.shape().orElse(null);
        if (shape == null) {
            return tensor;
        }
        if (agrees(shape, tensor)) {
            return tensor;
        }
        List<Dimension> sample =
                shape.rank() == 0 ? List.of() : shape.dimensions().subList(1, shape.rank());
        long[] sizes = new long[shape.rank()];
        long elements = 1;
        boolean known = shape.rank() > 0;
        for (int i = 0; i < sample.size(); i++) {
            known &= sample.get(i).isFixed();
            sizes[i + 1] = sample.get(i).size();
            elements *= sizes[i + 1];
        }
        if (known && elements * tensor.size(0) == tensor.elements()) {
            sizes[0] = tensor.size(0);
            return tensor.withSizes(sizes);
        }
        throw new CompressionException(
                Code.DATA_INVALID,
                "input " + input.name() + " wants " + shape + ", the data gives " + Shape.of(tensor.sizes())
                        + "; set shape in data.yaml");
    }

    private static boolean agrees(Shape shape, Tensor tensor) {
        if (shape.rank() != tensor.rank()) {
            return false;
        }
        for (int i = 1; i < shape.rank(); i++) {
            if (shape.dimensions().get(i).isFixed() && shape.size(i) != tensor.size(i)) {
                return false;
            }
        }
        return true;
    }

    private static Tensor fill(Tensor tensor, int size) {
        ByteBuffer data = tensor.data();
        int row = (int) (data.remaining() / tensor.size(0));
        byte[] bytes = new byte[row * size];
        data.get(bytes, 0, data.remaining());
        int present = (int) tensor.size(0);
        for (int i = present; i < size; i++) {
            System.arraycopy(bytes, (present - 1) * row, bytes, i * row, row);
        }
        long[] sizes = tensor.sizes();
        sizes[0] = size;
        return Tensor.ofRaw(tensor.name(), tensor.type(), sizes, bytes);
    }

    /** For logs: the names and how many at once. */
    @Override
    public String toString() {
        List<String> names = new ArrayList<>();
        inputs.forEach(input -> names.add(input.name()));
        return names + " x " + size;
    }
}
