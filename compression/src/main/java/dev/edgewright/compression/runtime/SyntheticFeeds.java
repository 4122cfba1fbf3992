package dev.edgewright.compression.runtime;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.Dimension;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.ValueInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Feeds for measuring time when there is no data: standard normal floats, zeros for everything else, free sizes 1. */
public final class SyntheticFeeds {

    private SyntheticFeeds() {}

    /** @throws CompressionException DATA_REQUIRED for inputs that are not tensors of known rank and type */
    public static Map<String, Tensor> of(List<ValueInfo> inputs, long seed) {
        Random random = new Random(seed);
        Map<String, Tensor> feeds = new LinkedHashMap<>();
        for (ValueInfo input : inputs) {
            if (input.shape().isEmpty() || input.type().bits() < 8) {
                throw new CompressionException(
                        Code.DATA_REQUIRED,
                        "input " + input.name() + " has no known shape; give data to run the model on");
            }
            long[] sizes = input.shape().get().dimensions().stream()
                    .mapToLong(SyntheticFeeds::size)
                    .toArray();
            int elements = Math.toIntExact(java.util.Arrays.stream(sizes).reduce(1, Math::multiplyExact));
            feeds.put(input.name(), tensor(input, sizes, elements, random));
        }
        return feeds;
    }

    private static long size(Dimension dimension) {
        return dimension.isFixed() ? dimension.size() : 1;
    }

    private static Tensor tensor(ValueInfo input, long[] sizes, int elements, Random random) {
        if (input.type() != ElementType.FLOAT) {
            byte[] zeros = new byte[Math.toIntExact(input.type().bytes(elements))];
            return Tensor.ofRaw(input.name(), input.type(), sizes, zeros);
        }
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.ofFloats(input.name(), values, sizes);
    }
}
