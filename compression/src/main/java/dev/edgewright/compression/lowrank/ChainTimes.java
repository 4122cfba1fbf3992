package dev.edgewright.compression.lowrank;

import dev.edgewright.compression.calibration.LayerReader;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Shape;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.lowrank.Factorisation.Part;
import dev.edgewright.compression.runtime.LayerTimer;
import java.util.Arrays;
import java.util.List;

/** The times of a layer and of the chains that could take its place, each measured as a graph of its own. */
final class ChainTimes {

    private final LayerTimer timer;
    private final Object[] input;

    /** @param in the sizes of the layer's input; the batch and unknown ones count as 1 */
    ChainTimes(LayerTimer timer, Shape in) {
        this.timer = timer;
        long[] sizes = in.sizes();
        this.input = new Object[sizes.length];
        for (int axis = 0; axis < sizes.length; axis++) {
            input[axis] = axis == 0 ? 1L : Math.max(1, sizes[axis]);
        }
    }

    /** Microseconds of the layer as it is. */
    double whole(LayerReader layer) {
        Node node = layer.node();
        Part only = new Part("", node.op(), layer.weight(), node.attributes());
        return micros(List.of(only));
    }

    /** Microseconds of a chain. */
    double of(Factorisation chain) {
        return micros(chain.parts());
    }

    private double micros(List<Part> parts) {
        StringBuilder description = new StringBuilder(Arrays.toString(input));
        parts.forEach(part -> description
                .append(part.op())
                .append(Arrays.toString(part.weight().sizes()))
                .append(part.attributes()));
        return timer.micros(description.toString(), () -> graph(parts));
    }

    private Graph graph(List<Part> parts) {
        GraphBuilder net = GraphBuilder.named("chain");
        String value = net.input("x", ElementType.FLOAT, input);
        for (int i = 0; i < parts.size(); i++) {
            Tensor weight = parts.get(i).weight();
            String name = net.constant(weight.withName("w" + i));
            net.node(parts.get(i).node("part" + i, List.of(value, name), "value" + i));
            value = "value" + i;
        }
        Object[] result = new Object[input.length];
        Arrays.setAll(result, axis -> "y" + axis);
        return net.output(value, "y", ElementType.FLOAT, result).build();
    }
}
