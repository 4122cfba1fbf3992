package dev.edgewright.compression.prune;

import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Shape;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.runtime.LayerTimer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The time of a Conv, Gemm or MatMul as a function of its channels, measured at up to nine counts along each axis and taken to run straight
 * between them: kernels step at blocks of channels, which multiply-adds know nothing of.
 */
final class TimedLayer {

    private static final int POINTS = 8;

    private final Node node;
    private final Tensor weight;
    private final long[] input; // [1, C, H, W] or [rows, C]
    private final LayerTimer timer;
    private final boolean conv;
    private final boolean depthwise;
    private final boolean outputsFirst;
    private final int inputs;
    private final int outputs;
    private final int block;

    /** @param in the sizes of the layer's input; unknown ones count as 1 */
    TimedLayer(Node node, Tensor weight, Shape in, int block, LayerTimer timer) {
        this.node = node;
        this.weight = weight;
        this.block = block;
        this.timer = timer;
        this.conv = node.is("Conv");
        long groups = conv ? node.intAttribute("group", 1) : 1;
        this.depthwise = conv && groups > 1 && weight.size(1) == 1;
        this.outputsFirst = conv || node.is("Gemm") && node.intAttribute("transB", 0) != 0;
        this.outputs = (int) weight.size(outputsFirst ? 0 : 1);
        this.inputs = conv ? (int) (weight.size(1) * groups) : (int) weight.size(outputsFirst ? 1 : 0);
        this.input = sizes(in);
    }

    private long[] sizes(Shape in) {
        long[] sizes = in.sizes();
        for (int axis = 0; axis < sizes.length; axis++) {
            sizes[axis] = Math.max(1, sizes[axis]);
        }
        if (conv) {
            sizes[0] = 1;
            return sizes;
        }
        long rows = Arrays.stream(sizes, 0, sizes.length - 1).reduce(1, (a, b) -> a * b);
        return new long[] {rows, inputs};
    }

    int outputs() {
        return outputs;
    }

    int inputs() {
        return inputs;
    }

    /** The weight's axis of the outputs. */
    int outputAxis() {
        return outputsFirst ? 0 : 1;
    }

    boolean isDepthwise() {
        return depthwise;
    }

    /** Microseconds with this many input and output channels. */
    double micros(int in, int out) {
        if (depthwise) {
            return between(out, outputs, kept -> measured(kept, kept));
        }
        if (conv && node.intAttribute("group", 1) > 1) {
            return measured(inputs, outputs) * in / inputs * out / outputs;
        }
        return between(in, inputs, keptIn -> between(out, outputs, keptOut -> measured(keptIn, keptOut)));
    }

    private double between(int kept, int all, java.util.function.IntToDoubleFunction time) {
        int step = block * Math.max(1, (all + POINTS * block - 1) / (POINTS * block));
        int below = Math.max(Math.min(step, all), kept / step * step);
        int above = kept % step == 0 ? kept : Math.min(all, (kept / step + 1) * step);
        if (kept >= all || below >= above || kept <= below) {
            return time.applyAsDouble(kept >= all ? all : Math.max(kept, 1));
        }
        double share = (double) (kept - below) / (above - below);
        return (1 - share) * time.applyAsDouble(below) + share * time.applyAsDouble(above);
    }

    private double measured(int in, int out) {
        String description = node.op() + Arrays.toString(input) + Arrays.toString(weight.sizes()) + node.attributes()
                + "/" + in + "/" + out;
        return timer.micros(description, () -> graph(in, out));
    }

    private Graph graph(int in, int out) {
        GraphBuilder net = GraphBuilder.named("layer");
        long[] sizes = weight.sizes();
        sizes[outputAxis()] = out;
        if (!depthwise) {
            sizes[1 - outputAxis()] = in / (conv ? (int) node.intAttribute("group", 1) : 1);
        }
        float[] values = new float[(int) Arrays.stream(sizes).reduce(1, (a, b) -> a * b)];
        Arrays.fill(values, 0.01f);
        Object[] shape = Arrays.stream(input).boxed().toArray();
        shape[1] = (long) in;
        String x = net.input("x", ElementType.FLOAT, shape);
        List<Attribute> attributes = new ArrayList<>(node.attributes());
        if (depthwise) {
            attributes.removeIf(attribute -> attribute.name().equals("group"));
            attributes.add(Attribute.ofInt("group", out));
        }
        List<String> operands = new ArrayList<>(List.of(x, net.floats("w", values, sizes)));
        if (node.hasInput(2)) {
            operands.add(net.floats("b", new float[out], out));
        }
        String y = net.op(node.op(), operands, attributes.toArray(Attribute[]::new));
        Object[] result = new Object[shape.length];
        Arrays.setAll(result, axis -> "y" + axis);
        return net.output(y, "y", ElementType.FLOAT, result).build();
    }
}
