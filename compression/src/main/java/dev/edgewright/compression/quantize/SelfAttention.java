package dev.edgewright.compression.quantize;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Shape;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.runtime.ShapeInference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Self-attention as exporters of the BERT family write it: three products of one value, cut into heads, scores over the root of the head's
 * size, an optional mask, softmax, and the heads put together again (Vaswani et al. 2017, arXiv 1706.03762).
 *
 * @param nodes all nodes that only it needs, those that compute its sizes included
 * @param products the MatMul of query, key and value
 * @param biases their biases' names
 * @param output the heads put together, [B, S, N * D]
 * @param heads N
 * @param mask the padding mask, [B, S], 1 for what counts; empty when nothing is masked
 * @param filter what is added to the scores where the mask is 0
 */
record SelfAttention(
        Set<Node> nodes,
        List<Node> products,
        List<String> biases,
        Node output,
        int heads,
        Optional<String> mask,
        float filter) {

    private static final long[] SPLIT = {0, 2, 1, 3};
    private static final long[] SPLIT_TRANSPOSED = {0, 2, 3, 1};

    /** All of a graph, in topological order. */
    static List<SelfAttention> all(Graph graph, ShapeInference shapes) {
        List<SelfAttention> all = new ArrayList<>();
        for (Node softmax : graph.nodes("Softmax")) {
            new Reader(graph, shapes).read(softmax).ifPresent(all::add);
        }
        return all;
    }

    /** The value that query, key and value are made of. */
    String input() {
        return products.get(0).input(0);
    }

    /** Walks one attention, from its softmax both ways. */
    private static final class Reader {

        private final Graph graph;
        private final ShapeInference shapes;
        private final Set<Node> nodes = new HashSet<>();
        private final List<Node> products = new ArrayList<>();
        private final List<String> biases = new ArrayList<>();

        Reader(Graph graph, ShapeInference shapes) {
            this.graph = graph;
            this.shapes = shapes;
        }

        Optional<SelfAttention> read(Node softmax) {
            long axis = softmax.intAttribute("axis", -1);
            Node mix = reader(softmax.output(0), "MatMul").orElse(null);
            if (axis != -1 && axis != 3 || mix == null || !mix.input(0).equals(softmax.output(0))) {
                return Optional.empty();
            }
            Node turned = reader(mix.output(0), "Transpose").orElse(null);
            Node together = turned == null
                    ? null
                    : graph.consumers(turned.output(0)).stream()
                            .filter(node -> node.is("Reshape"))
                            .findFirst()
                            .orElse(null);
            if (together == null || !Arrays.equals(turned.intsAttribute("perm"), SPLIT)) {
                return Optional.empty();
            }
            nodes.addAll(List.of(softmax, mix, turned, together));
            Mask mask = Mask.NONE;
            Node scaled = graph.producer(softmax.input(0)).orElse(null);
            if (scaled != null && scaled.is("Add")) {
                Optional<Mask> first = mask(scaled.input(0));
                mask = first.or(() -> mask(scaled.input(1))).orElse(null);
                nodes.add(scaled);
            }
            if (mask == null || scaled == null) {
                return Optional.empty();
            }
            Node scale = mask == Mask.NONE
                    ? scaled
                    : graph.producer(scaled.input(mask(scaled.input(0)).isPresent() ? 1 : 0))
                            .orElse(null);
            return finish(mask, scale, mix, together);
        }

        private Optional<SelfAttention> finish(Mask mask, Node scale, Node mix, Node together) {
            Node scores = scale == null ? null : graph.producer(scale.input(0)).orElse(null);
            if (scores == null || !scores.is("MatMul")) {
                return Optional.empty();
            }
            nodes.addAll(List.of(scale, scores));
            Optional<Shape> split = branch(scores.input(0), SPLIT);
            boolean whole = split.isPresent()
                    && split.equals(branch(scores.input(1), SPLIT_TRANSPOSED))
                    && split.equals(branch(mix.input(1), SPLIT))
                    && products.stream()
                                    .map(product -> product.input(0))
                                    .distinct()
                                    .count()
                            == 1
                    && isScaled(scale, split.get().size(3))
                    && joins(together, split.get());
            if (!whole || products.stream().distinct().count() != 3 || !closes(together, mask)) {
                return Optional.empty();
            }
            return Optional.of(new SelfAttention(
                    nodes, products, biases, together, (int) split.get().size(2), mask.value(), mask.filter()));
        }

        /** Product, bias, cut, turn; gives the sizes of the cut, [B, S, N, D]. */
        private Optional<Shape> branch(String value, long[] perm) {
            Node turn =
                    graph.producer(value).filter(node -> node.is("Transpose")).orElse(null);
            Node cut = turn == null ? null : graph.producer(turn.input(0)).orElse(null);
            Node add = cut == null ? null : graph.producer(cut.input(0)).orElse(null);
            if (add == null
                    || !cut.is("Reshape")
                    || !add.is("Add")
                    || !Arrays.equals(turn.intsAttribute("perm"), perm)) {
                return Optional.empty();
            }
            int bias = graph.constant(add.input(0)).isPresent() ? 0 : 1;
            Node product = graph.producer(add.input(1 - bias)).orElse(null);
            Optional<Shape> shape = shapes.example(cut.output(0)).filter(sizes -> sizes.isFixed() && sizes.rank() == 4);
            boolean plain = product != null
                    && product.is("MatMul")
                    && floats(product.input(1), 2)
                    && floats(add.input(bias), 1)
                    && shape.isPresent()
                    && graph.constant(add.input(bias)).orElseThrow().elements()
                            == shape.get().size(2) * shape.get().size(3)
                    && sameSamples(product.input(0), shape.get());
            if (!plain) {
                return Optional.empty();
            }
            nodes.addAll(List.of(turn, cut, add, product));
            products.add(product);
            biases.add(add.input(bias));
            return shape;
        }

        private boolean floats(String value, int rank) {
            return graph.constant(value)
                    .filter(tensor -> tensor.type() == ElementType.FLOAT && tensor.rank() == rank)
                    .isPresent();
        }

        /** True when the value is [B, S, ...] of the same B and S. */
        private boolean sameSamples(String value, Shape split) {
            return shapes.example(value)
                    .filter(shape ->
                            shape.rank() == 3 && shape.size(0) == split.size(0) && shape.size(1) == split.size(1))
                    .isPresent();
        }

        private boolean joins(Node together, Shape split) {
            return shapes.example(together.output(0))
                            .filter(shape -> shape.size(-1) == split.size(2) * split.size(3))
                            .isPresent()
                    && sameSamples(together.output(0), split);
        }

        /** The kernel always divides by the root of the head's size. */
        private boolean isScaled(Node scale, long size) {
            Optional<Float> factor = number(scale.input(1));
            double root = Math.sqrt(size);
            double wanted = scale.is("Div") ? root : scale.is("Mul") ? 1 / root : Double.NaN;
            return factor.isPresent() && Math.abs(factor.get() - wanted) <= 1e-5 * wanted;
        }

        private Optional<Float> number(String value) {
            return graph.constant(value)
                    .filter(tensor -> tensor.elements() == 1 && tensor.type() == ElementType.FLOAT)
                    .map(tensor -> tensor.toFloats()[0]);
        }

        private Optional<Node> reader(String value, String op) {
            return Optional.of(value)
                    .filter(graph::hasOneUse)
                    .map(one -> graph.consumers(one).get(0))
                    .filter(node -> node.is(op));
        }

        /** (1 - mask as floats, [B, 1, 1, S]) times a large negative number. */
        private Optional<Mask> mask(String value) {
            Node times = graph.producer(value).filter(node -> node.is("Mul")).orElse(null);
            Node minus = times == null ? null : graph.producer(times.input(0)).orElse(null);
            Node cast =
                    minus == null || !minus.is("Sub") || number(minus.input(0)).orElse(0f) != 1
                            ? null
                            : graph.producer(minus.input(1)).orElse(null);
            if (cast == null || !cast.is("Cast") || number(times.input(1)).orElse(0f) > -100) {
                return Optional.empty();
            }
            String source = cast.input(0);
            for (Node node = graph.producer(source).orElse(null);
                    node != null && node.is("Unsqueeze");
                    node = graph.producer(source).orElse(null)) {
                source = node.input(0);
            }
            String mask = source;
            boolean overKeys = shapes.example(mask)
                    .filter(shape -> shape.rank() == 2)
                    .flatMap(plain -> shapes.example(value)
                            .filter(wide -> wide.rank() == 4
                                    && wide.size(0) == plain.size(0)
                                    && wide.size(1) == 1
                                    && wide.size(2) == 1
                                    && wide.size(3) == plain.size(1)))
                    .isPresent();
            return overKeys
                    ? Optional.of(
                            new Mask(Optional.of(mask), number(times.input(1)).get()))
                    : Optional.empty();
        }

        /** Takes in what only these nodes read, such as the sizes they computed; false when something else reads what goes. */
        private boolean closes(Node together, Mask mask) {
            Set<String> kept = new HashSet<>(Set.of(products.get(0).input(0)));
            mask.value().ifPresent(kept::add);
            List<Node> backwards = new ArrayList<>(graph.nodes());
            Collections.reverse(backwards);
            for (Node node : backwards) {
                boolean unread = node != together
                        && Collections.disjoint(node.outputs(), kept)
                        && node.outputs().stream()
                                .allMatch(out -> !graph.isOutput(out)
                                        && !graph.consumers(out).isEmpty()
                                        && nodes.containsAll(graph.consumers(out)));
                if (unread) {
                    nodes.add(node);
                }
            }
            return nodes.stream()
                    .filter(node -> node != together)
                    .flatMap(node -> node.outputs().stream())
                    .allMatch(out -> !graph.isOutput(out) && nodes.containsAll(graph.consumers(out)));
        }
    }

    /** What is added to the scores. */
    private record Mask(Optional<String> value, float filter) {

        static final Mask NONE = new Mask(Optional.empty(), 0);
    }

    /** The codes of query's, key's and value's weights beside each other, [K, 3 * N * D], and a scale for each output. */
    static Map.Entry<Tensor, float[]> weights(String name, List<ConstantProducts> products, List<WeightCodes> codings) {
        int rows = products.get(0).rows();
        int columns = products.get(0).columns();
        int all = columns * products.size();
        byte[] codes = new byte[rows * all];
        float[] scales = new float[all];
        for (int p = 0; p < products.size(); p++) {
            WeightCodes coded = codings.get(p);
            for (int row = 0; row < rows; row++) {
                System.arraycopy(coded.codes(), row * columns, codes, row * all + p * columns, columns);
            }
            for (int column = 0; column < columns; column++) {
                scales[p * columns + column] = coded.scale(column);
            }
        }
        return Map.entry(Tensor.ofInt8(name, codes, rows, all), scales);
    }
}
