package dev.edgewright.training.op;

import dev.edgewright.compression.graph.Node;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Operators by name. What is not in here has no gradient, and a graph that trains through it is refused. */
public final class OperatorTable {

    private static final OperatorTable STANDARD = standardOperators();

    private final Map<String, Operator> operators;

    private OperatorTable(Map<String, Operator> operators) {
        this.operators = operators;
    }

    private static OperatorTable standardOperators() {
        Map<String, Operator> table = new TreeMap<>();
        Arithmetic.register(table);
        Activations.register(table);
        Convolutions.register(table);
        Pooling.register(table);
        Normalizations.register(table);
        MatrixProducts.register(table);
        Shaping.register(table);
        Reductions.register(table);
        Indexing.register(table);
        Logic.register(table);
        return new OperatorTable(table);
    }

    /** The operators of CNNs and transformer encoders. */
    public static OperatorTable standard() {
        return STANDARD;
    }

    /** The same table with one more operator, or another form of one. Other domains are written {@code domain:Name}. */
    public OperatorTable with(String op, Operator operator) {
        Map<String, Operator> more = new TreeMap<>(operators);
        more.put(op, operator);
        return new OperatorTable(more);
    }

    public Optional<Operator> find(Node node) {
        String key = node.domain().isEmpty() ? node.op() : node.domain() + ":" + node.op();
        return Optional.ofNullable(operators.get(key));
    }

    public Set<String> names() {
        return Collections.unmodifiableSet(operators.keySet());
    }
}
