package dev.edgewright.compression.pass;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.graph.Graph;

/**
 * One change to a graph, with what it needs before and what it promises after. A pass leaves operators that it does not know untouched,
 * and says so in a note. The same graph, context and parameters give the same result.
 */
public interface Pass {

    /** The name in lineage and recipes, such as {@code fold-batch-norm}. */
    String name();

    /**
     * Checks that the pass can work on this graph.
     *
     * @throws CompressionException saying what is missing
     */
    default void requires(Graph graph, PassContext context) {}

    /** Does the work. */
    PassResult call(Graph graph, PassContext context);

    /**
     * Checks what the pass promises.
     *
     * @throws CompressionException PASS_BROKEN when it did not hold
     */
    default void ensures(Graph before, PassResult result) {}

    /** {@link #requires}, {@link #call}, {@link #ensures}. */
    default PassResult apply(Graph graph, PassContext context) {
        requires(graph, context);
        PassResult result = call(graph, context);
        ensures(graph, result);
        return result;
    }
}
