package dev.edgewright.compression.cleanup;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.runtime.ShapeInference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes MatMul by a constant, with the Add of a constant bias behind it, as Gemm: its bias can become int32, and then it fuses to QGemm
 * where MatMul + Add would fall back to a float Gemm. An input of more than two axes becomes rows for the product; what
 * follows works on rows as long as it can ({@link Rows}), and sizes are computed from the input where they are needed again.
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
        if (graph.nodes("MatMul").isEmpty()) {
            return PassResult.unchanged(graph);
        }
        GraphEdit edit = graph.edit();
        ShapeInference shapes = context.shapes(graph);
        Rows rows = new Rows(graph, shapes, edit);
        int rewritten = 0;
        for (Node node : graph.nodes()) {
            if (edit.touches(node)) {
                continue;
            }
            if (!node.is("MatMul")) {
                rows.follow(node);
                continue;
            }
            Optional<Tensor> weight = graph.constant(node.input(1));
            int rank = shapes.rank(node.input(0));
            if (weight.isEmpty()
                    || weight.get().rank() != 2
                    || weight.get().type() != ElementType.FLOAT
                    || rank < 2
                    || graph.constant(node.input(0)).isPresent()) {
                continue;
            }
            Optional<Node> add = bias(graph, node, weight.get());
            if (rank == 2 || add.isPresent()) {
                rewrite(graph, edit, node, add, rank, weight.get(), rows);
                rewritten++;
            }
        }
        rows.restore();
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
            Graph graph, GraphEdit edit, Node product, Optional<Node> add, int rank, Tensor weight, Rows rows) {
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
        operands.set(0, rows.of(product.input(0), weight.size(0)));
        String flat = rows.replaced(out, product.input(0), weight.size(1), product, add.orElseThrow());
        edit.replace(product, Node.of("Gemm", name, operands, List.of(flat)));
    }

    @Override
    public void ensures(Graph before, PassResult result) {
        Promises.sameInterface(name(), before, result.graph());
    }
}
