package dev.edgewright.compression.cleanup;

import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Shape;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.runtime.ShapeInference;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the sum in front of a normalisation and the normalisation as one operator, ONNX Runtime's SkipLayerNormalization. Its kernel needs
 * a quarter of the time of LayerNormalization's (61 against 250 microseconds for 128 x 384 numbers), and the runtime itself finds the
 * pattern only where it can prove that both summands have one shape, which exporters' computed shapes hide from it.
 *
 * <pre>
 * before: Add(x, skip) -> LayerNormalization(gamma, beta), in one node or written out -> y
 * after:  SkipLayerNormalization(x, skip, gamma, beta) -> y
 * </pre>
 *
 * A sum that others read as well (normalisation before the layers) becomes the operator's fourth output.
 */
public final class SkipNorm implements Pass {

    private static final String DOMAIN = "com.microsoft";

    @Override
    public String name() {
        return "skip-norm";
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        List<LayerNorm> norms = LayerNorm.all(graph);
        if (norms.isEmpty()) {
            return PassResult.unchanged(graph);
        }
        ShapeInference shapes = context.shapes(graph);
        GraphEdit edit = graph.edit();
        int fused = 0;
        for (LayerNorm norm : norms) {
            Node sum = graph.producer(norm.input()).orElse(null);
            if (sum != null && !edit.touches(sum) && canSkip(graph, shapes, norm, sum)) {
                fuse(graph, shapes, edit, norm, sum);
                fused++;
            }
        }
        return fused == 0
                ? PassResult.unchanged(graph)
                : PassResult.changed(
                        edit.setOpset(DOMAIN, 1).build(), "skip-norm: " + fused + " sums joined their normalisations");
    }

    private static boolean canSkip(Graph graph, ShapeInference shapes, LayerNorm norm, Node sum) {
        int rank = shapes.example(norm.input()).map(Shape::rank).orElse(-1);
        return sum.is("Add")
                && (rank == 2 || rank == 3)
                && !graph.isOutput(norm.input())
                && norm.isOver(rank - 1)
                && (fits(shapes, sum.input(0), sum.input(1)) || fits(shapes, sum.input(1), sum.input(0)))
                && shapes.info(sum.input(0))
                        .map(info -> info.type() == ElementType.FLOAT)
                        .orElse(false);
    }

    /** True when the second value surely has the first one's shape, or one of three axes that is repeated over the samples. */
    private static boolean fits(ShapeInference shapes, String x, String skip) {
        Shape whole = shapes.example(x).filter(Shape::isFixed).orElse(null);
        Shape other = shapes.example(skip).filter(Shape::isFixed).orElse(null);
        if (whole == null || other == null || whole.rank() != other.rank()) {
            return false;
        }
        boolean repeated = whole.rank() == 3
                && other.size(0) == 1
                && other.size(1) == whole.size(1)
                && other.size(2) == whole.size(2);
        return whole.equals(other) || repeated;
    }

    private static void fuse(Graph graph, ShapeInference shapes, GraphEdit edit, LayerNorm norm, Node sum) {
        int whole = fits(shapes, sum.input(0), sum.input(1)) ? 0 : 1;
        List<String> inputs = new ArrayList<>(List.of(sum.input(whole), sum.input(1 - whole), norm.gamma()));
        norm.beta().ifPresent(inputs::add);
        List<String> outputs = new ArrayList<>(List.of(norm.output()));
        boolean others = graph.consumers(norm.input()).stream()
                .anyMatch(reader -> !norm.nodes().contains(reader));
        if (others) {
            outputs.addAll(List.of("", "", norm.input()));
        }
        norm.nodes().forEach(edit::remove);
        edit.replace(
                sum,
                Node.of(
                        DOMAIN,
                        "SkipLayerNormalization",
                        norm.output() + "_SkipLayerNormalization",
                        inputs,
                        outputs,
                        Attribute.ofFloat("epsilon", norm.epsilon())));
    }

    @Override
    public void ensures(Graph before, PassResult result) {
        Promises.sameInterface(name(), before, result.graph());
    }
}
