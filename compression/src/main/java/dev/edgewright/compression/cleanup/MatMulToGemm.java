package dev.edgewright.compression.cleanup;

import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes MatMul by a constant, with the Add of a constant bias behind it, as Gemm: its bias can become int32, and then it fuses to QGemm
 * where MatMul + Add would fall back to a float Gemm. An input of more than two axes is flattened for the product and restored after it;
 * when more than one of its sizes is free, the restored sizes are computed from the input.
 *
 * <pre>
 * before: MatMul(x[M,K], W[K,N]) -> Add(b[N]) -> y
 * after:  Gemm(x, W, b) -> y
 * </pre>
 */
public final class MatMulToGemm implements Pass {

    @Override
    public String name() {
        return "matmul-to-gemm";
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        GraphEdit edit = graph.edit();
        Map<String, String> rows = new HashMap<>(); // one flattening serves all products of a value
        int rewritten = 0;
        for (Node product : graph.nodes("MatMul")) {
            Optional<Tensor> weight = graph.constant(product.input(1));
            int rank = context.shapes(graph).rank(product.input(0));
            if (weight.isEmpty()
                    || weight.get().rank() != 2
                    || weight.get().type() != ElementType.FLOAT
                    || rank < 2
                    || graph.constant(product.input(0)).isPresent()) {
                continue;
            }
            Optional<Node> add = bias(graph, product, weight.get());
            if (rank > 2 && add.isEmpty()) {
                continue;
            }
            rewrite(graph, edit, product, add, rank, weight.get(), rows);
            rewritten++;
        }
        return rewritten == 0
                ? PassResult.unchanged(graph)
                : PassResult.changed(edit.build(), "matmul-to-gemm: rewrote " + rewritten + " MatMul");
    }

    /** The Add of one constant for each output behind the product, when it is the only reader. */
    private static Optional<Node> bias(Graph graph, Node product, Tensor weight) {
        if (!graph.hasOneUse(product.output(0))) {
            return Optional.empty();
        }
        Node next = graph.consumers(product.output(0)).get(0);
        if (!next.is("Add")) {
            return Optional.empty();
        }
        String other = next.input(0).equals(product.output(0)) ? next.input(1) : next.input(0);
        return graph.constant(other)
                .filter(tensor -> tensor.rank() >= 1
                        && tensor.elements() == weight.size(1)
                        && tensor.size(-1) == weight.size(1)
                        && tensor.type() == ElementType.FLOAT)
                .map(tensor -> next);
    }

    private static void rewrite(
            Graph graph,
            GraphEdit edit,
            Node product,
            Optional<Node> add,
            int rank,
            Tensor weight,
            Map<String, String> rows) {
        String out = add.map(node -> node.output(0)).orElse(product.output(0));
        List<String> operands = new ArrayList<>(List.of(product.input(0), product.input(1)));
        add.ifPresent(node -> {
            String other = node.input(0).equals(product.output(0)) ? node.input(1) : node.input(0);
            Tensor bias = graph.constant(other).orElseThrow();
            operands.add(bias.rank() == 1 ? other : edit.putFresh(bias.withSizes(bias.elements())));
        });
        add.ifPresent(edit::remove);
        String name = product.name().isEmpty() ? out : product.name();
        if (rank == 2) {
            edit.replace(product, Node.of("Gemm", name, operands, List.of(out)));
            return;
        }
        String x = product.input(0);
        boolean first = !rows.containsKey(x);
        String flat = rows.computeIfAbsent(x, key -> edit.freshName(key + "_rows"));
        String flatOut = edit.freshName(out + "_flat");
        operands.set(0, flat);
        List<Node> nodes = new ArrayList<>();
        if (first) {
            String sizes = edit.putFresh(Tensor.ofLongs(flat + "_sizes", new long[] {-1, weight.size(0)}, 2));
            nodes.add(Node.of("Reshape", flat, List.of(x, sizes), List.of(flat)));
        }
        nodes.add(Node.of("Gemm", name, operands, List.of(flatOut)));
        nodes.addAll(restore(edit, x, flatOut, out, weight.size(1)));
        edit.replace(product, nodes.toArray(Node[]::new));
    }

    /** Gives [rows, columns] the leading sizes of x again. */
    private static List<Node> restore(GraphEdit edit, String x, String flat, String out, long columns) {
        String last = edit.putFresh(Tensor.ofLongs(out + "_columns", new long[] {columns}, 1));
        String start = edit.putFresh(Tensor.ofLongs(out + "_from", new long[] {0}, 1));
        String end = edit.putFresh(Tensor.ofLongs(out + "_to", new long[] {-1}, 1));
        String shape = edit.freshName(out + "_shape");
        String leading = edit.freshName(out + "_leading");
        String sizes = edit.freshName(out + "_sizes");
        return List.of(
                Node.of("Shape", shape, List.of(x), List.of(shape)),
                Node.of("Slice", leading, List.of(shape, start, end), List.of(leading)),
                Node.of("Concat", sizes, List.of(leading, last), List.of(sizes), Attribute.ofInt("axis", 0)),
                Node.of("Reshape", out + "_restore", List.of(flat, sizes), List.of(out)));
    }

    @Override
    public void ensures(Graph before, PassResult result) {
        Promises.sameInterface(name(), before, result.graph());
    }
}
