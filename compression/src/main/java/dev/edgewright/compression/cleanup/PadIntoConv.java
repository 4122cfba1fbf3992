package dev.edgewright.compression.cleanup;

import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import java.util.Optional;

/**
 * Moves zero padding of the spatial axes into the Conv behind it. Pad has no int8 kernel, so it would tear the int8 graph apart.
 *
 * <pre>
 * before: Pad(x, [0,0,1,1,0,0,1,1]) -> Conv {pads=[0,0,0,0]}
 * after:  Conv {pads=[1,1,1,1]}
 * </pre>
 */
public final class PadIntoConv implements Pass {

    @Override
    public String name() {
        return "pad-into-conv";
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        GraphEdit edit = graph.edit();
        int moved = 0;
        for (Node pad : graph.nodes("Pad")) {
            Optional<long[]> pads = zeroPads(graph, pad);
            if (pads.isEmpty() || !graph.hasOneUse(pad.output(0))) {
                continue;
            }
            Node conv = graph.consumers(pad.output(0)).get(0);
            String auto = conv.stringAttribute("auto_pad", "NOTSET");
            int spatial = pads.get().length / 2 - 2;
            boolean channels = pads.get()[0] == 0
                    && pads.get()[1] == 0
                    && pads.get()[spatial + 2] == 0
                    && pads.get()[spatial + 3] == 0;
            if (!conv.is("Conv") || spatial < 1 || !channels || !auto.equals("NOTSET") && !auto.equals("VALID")) {
                continue;
            }
            long[] own =
                    auto.equals("VALID") ? new long[2 * spatial] : conv.intsAttribute("pads", new long[2 * spatial]);
            long[] sum = own.clone();
            for (int i = 0; i < spatial; i++) {
                sum[i] += pads.get()[2 + i];
                sum[spatial + i] += pads.get()[spatial + 4 + i];
            }
            edit.remove(pad);
            edit.replace(
                    conv,
                    conv.withInput(0, pad.input(0))
                            .withoutAttribute("auto_pad")
                            .withAttribute(Attribute.ofInts("pads", sum)));
            moved++;
        }
        return moved == 0
                ? PassResult.unchanged(graph)
                : PassResult.changed(edit.build(), "pad-into-conv: moved " + moved + " paddings");
    }

    /** The pads of a constant Pad with zeros that takes nothing away. */
    private static Optional<long[]> zeroPads(Graph graph, Node pad) {
        boolean zeros = pad.stringAttribute("mode", "constant").equals("constant")
                && pad.floatAttribute("value", 0) == 0
                && !pad.hasInput(3)
                && (!pad.hasInput(2)
                        || graph.constant(pad.input(2))
                                .map(v -> v.toFloats()[0] == 0)
                                .orElse(false));
        Optional<long[]> pads = pad.hasInput(1)
                ? graph.constant(pad.input(1)).map(Tensor::toLongs)
                : pad.attribute("pads").map(Attribute::intValues);
        return pads.filter(values -> zeros && java.util.Arrays.stream(values).allMatch(v -> v >= 0));
    }

    @Override
    public void ensures(Graph before, PassResult result) {
        Promises.sameInterface(name(), before, result.graph());
    }
}
