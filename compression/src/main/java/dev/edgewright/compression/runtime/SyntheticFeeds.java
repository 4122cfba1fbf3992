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

    /** Lengths to try where the model leaves the last axis open: one step, a few tokens, a window of sound. */
    private static final List<Integer> LENGTHS = List.of(1, 16, 128, 512);

    /**
     * Feeds that the model runs on: an open last axis (time, tokens) becomes as long as the model needs.
     *
     * @throws CompressionException DATA_REQUIRED when none of the lengths runs, with the runtime's reason
     */
    public static Map<String, Tensor> running(ModelSession session, long seed) {
        CompressionException refused = null;
        for (int length : LENGTHS) {
            Map<String, Tensor> feeds = of(session.inputs(), seed, length);
            try {
                session.run(feeds);
                return feeds;
            } catch (CompressionException e) {
                refused = refused == null ? e : refused;
            }
        }
        throw new CompressionException(
                Code.DATA_REQUIRED,
                "made-up inputs do not run through this model; give data (" + refused.getMessage() + ")",
                refused);
    }

    /** @throws CompressionException DATA_REQUIRED for inputs that are not tensors of known rank and type */
    public static Map<String, Tensor> of(List<ValueInfo> inputs, long seed) {
        return of(inputs, seed, 1);
    }

    private static Map<String, Tensor> of(List<ValueInfo> inputs, long seed, int lastAxis) {
        Random random = new Random(seed);
        Map<String, Tensor> feeds = new LinkedHashMap<>();
        for (ValueInfo input : inputs) {
            if (input.shape().isEmpty() || input.type().bits() < 8) {
                throw new CompressionException(
                        Code.DATA_REQUIRED,
                        "input " + input.name() + " has no known shape; give data to run the model on");
            }
            List<Dimension> dimensions = input.shape().get().dimensions();
            long[] sizes = dimensions.stream().mapToLong(SyntheticFeeds::size).toArray();
            if (sizes.length > 1 && !dimensions.get(sizes.length - 1).isFixed()) {
                sizes[sizes.length - 1] = lastAxis;
            }
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
