package dev.edgewright.compression.cleanup;

import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.Dimension;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Shape;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.runtime.ShapeInference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which values of more than two axes are at hand as the rows of a matrix while products become Gemm. What works on each number or each row
 * by itself goes on in that form, so that sizes are given back only where a node needs them.
 */
final class Rows {

    private static final Set<String> BY_NUMBER = Set.of(
            "Relu",
            "LeakyRelu",
            "Sigmoid",
            "Tanh",
            "Erf",
            "Gelu",
            "Sqrt",
            "Exp",
            "Neg",
            "Abs",
            "HardSigmoid",
            "HardSwish",
            "Elu",
            "Softplus");
    private static final Set<String> BETWEEN = Set.of("Add", "Sub", "Mul", "Div", "Pow");

    private final Graph graph;
    private final ShapeInference shapes;
    private final GraphEdit edit;
    private final Map<String, String> rows = new HashMap<>(); // by value
    private final Map<String, String> origins =
            new LinkedHashMap<>(); // values that exist as rows only; what has their sizes
    private final Map<String, Long> widths = new HashMap<>();
    private final Map<String, String> leading = new HashMap<>();
    private final Map<String, String> sizes = new HashMap<>();
    private final Set<Node> rewritten = new HashSet<>();

    Rows(Graph graph, ShapeInference shapes, GraphEdit edit) {
        this.graph = graph;
        this.shapes = shapes;
        this.edit = edit;
    }

    /** The rows of a value; a Reshape makes them when nothing has yet. */
    String of(String value, long columns) {
        return rows.computeIfAbsent(value, key -> {
            String flat = edit.freshName(key + "_rows");
            String target = edit.putFresh(Tensor.ofLongs(flat + "_sizes", new long[] {-1, columns}, 2));
            edit.add(Node.of("Reshape", flat, List.of(key, target), List.of(flat)));
            return flat;
        });
    }

    /** Says that these nodes now give rows of so many columns in place of a value, whose leading sizes are those of {@code like}. */
    String replaced(String value, String like, long columns, Node... nodes) {
        String flat = edit.freshName(value + "_flat");
        rows.put(value, flat);
        widths.put(value, columns);
        origins.put(value, origins.getOrDefault(like, like));
        rewritten.addAll(List.of(nodes));
        return flat;
    }

    /** Lets a node work on rows when it can and something in front of it does already. */
    void follow(Node node) {
        Optional<String> first =
                node.inputs().stream().filter(origins::containsKey).findFirst();
        if (first.isEmpty() || !byRow(node, first.get())) {
            return;
        }
        List<String> inputs = new ArrayList<>();
        node.inputs().forEach(input -> inputs.add(rows.getOrDefault(input, input)));
        String flat = replaced(node.output(0), first.get(), widths.get(first.get()), node);
        edit.replace(node, node.withInputs(inputs).withOutput(0, flat));
    }

    private boolean byRow(Node node, String first) {
        boolean unary = node.isAnyOf(BY_NUMBER) && node.inputs().size() == 1;
        boolean norm =
                node.op().equals("SkipLayerNormalization") && node.outputs().size() == 1;
        if (!unary && !norm && !node.isAnyOf(BETWEEN)) {
            return false;
        }
        Optional<Shape> shape = shapes.example(first).filter(Shape::isFixed);
        return shape.isPresent()
                && node.inputs().stream()
                        .allMatch(input -> rows.containsKey(input)
                                ? shape.equals(shapes.example(input))
                                : isColumnwise(input, shape.get().size(-1)));
    }

    /** A constant that is one number, or one for each column. */
    private boolean isColumnwise(String input, long columns) {
        return graph.constant(input)
                .filter(tensor -> tensor.elements() == 1 && tensor.rank() <= 1
                        || tensor.rank() == 1 && tensor.elements() == columns)
                .isPresent();
    }

    /** Gives values their sizes again where a node reads them that does not work on rows. */
    void restore() {
        origins.forEach((value, like) -> {
            boolean read = graph.isOutput(value)
                    || graph.consumers(value).stream().anyMatch(reader -> !rewritten.contains(reader));
            if (read) {
                String target = sizes(value, like);
                edit.add(Node.of("Reshape", value + "_restore", List.of(rows.get(value), target), List.of(value)));
            }
        });
    }

    /** The leading sizes of one value and the last of the other. */
    private String sizes(String value, String like) {
        List<Dimension> known = shapes.example(like)
                .filter(Shape::isFixed)
                .map(Shape::dimensions)
                .orElse(List.of());
        String family =
                known.isEmpty() ? like : known.subList(0, known.size() - 1).toString();
        String front = leading.computeIfAbsent(family, unused -> {
            String shape = edit.freshName(like + "_shape");
            String start = edit.putFresh(Tensor.ofLongs(like + "_from", new long[] {0}, 1));
            String end = edit.putFresh(Tensor.ofLongs(like + "_to", new long[] {-1}, 1));
            String name = edit.freshName(like + "_leading");
            edit.add(Node.of("Shape", shape, List.of(like), List.of(shape)));
            edit.add(Node.of("Slice", name, List.of(shape, start, end), List.of(name)));
            return name;
        });
        long columns = widths.get(value);
        return sizes.computeIfAbsent(front + "/" + columns, unused -> {
            String last = edit.putFresh(Tensor.ofLongs(value + "_columns", new long[] {columns}, 1));
            String name = edit.freshName(value + "_sizes");
            edit.add(Node.of("Concat", name, List.of(front, last), List.of(name), Attribute.ofInt("axis", 0)));
            return name;
        });
    }
}
