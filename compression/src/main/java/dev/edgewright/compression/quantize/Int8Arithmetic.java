package dev.edgewright.compression.quantize;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import java.nio.ByteBuffer;

/** One layer with int8 weights in integers: codes in, floats out. */
final class Int8Arithmetic {

    private final Int8Layer layer;
    private final float inputScale;
    private final int zeroPoint; // as an unsigned code
    private final int shift; // 128 for int8 activations, which x86 turns into uint8
    private final long[] bias;
    private final float[] floatBias;
    private final int groups;
    private final SaturatingKernel[] kernels;

    Int8Arithmetic(Graph graph, Int8Layer layer, boolean saturating) {
        this.layer = layer;
        Node input = layer.inputNode();
        this.inputScale = graph.constant(input.input(1)).orElseThrow().toFloats()[0];
        Tensor zero = input.hasInput(2) ? graph.constant(input.input(2)).orElseThrow() : null;
        this.shift = zero != null && zero.type() == ElementType.INT8 ? 128 : 0;
        this.zeroPoint = (zero == null ? 0 : (int) zero.toLongs()[0]) + shift;
        String biasName = layer.node().is("MatMul") ? "" : layer.node().input(2);
        Node coded = graph.producer(biasName).orElse(null);
        this.bias = coded == null
                ? null
                : graph.constant(coded.input(0)).orElseThrow().toLongs();
        this.floatBias = coded == null && !biasName.isEmpty()
                ? graph.constant(biasName).orElseThrow().toFloats()
                : null;
        this.groups = layer.isConv() ? (int) layer.node().intAttribute("group", 1) : 1;
        int perGroup = layer.outputs() / groups;
        this.kernels = new SaturatingKernel[groups];
        for (int g = 0; g < groups; g++) {
            kernels[g] = new SaturatingKernel(layer, g * perGroup, perGroup, saturating && layer.saturates());
        }
    }

    Tensor apply(Tensor codes) {
        int[] values = unsigned(codes);
        return layer.isConv() ? convolution(values, codes.sizes()) : product(values, codes.sizes());
    }

    private int[] unsigned(Tensor codes) {
        ByteBuffer data = codes.data();
        int[] values = new int[data.remaining()];
        for (int i = 0; i < values.length; i++) {
            byte code = data.get(data.position() + i);
            values[i] = shift == 0 ? code & 0xff : code + shift;
        }
        return values;
    }

    private Tensor product(int[] values, long[] sizes) {
        int inputs = layer.inputs();
        int outputs = layer.outputs();
        int rows = values.length / inputs;
        float[] result = new float[rows * outputs];
        int[] sums = new int[outputs];
        for (int row = 0; row < rows; row++) {
            kernels[0].multiply(values, row * inputs, zeroPoint, sums);
            for (int o = 0; o < outputs; o++) {
                result[row * outputs + o] = real(sums[o], o);
            }
        }
        sizes[sizes.length - 1] = outputs;
        return Tensor.ofFloats(layer.node().output(0), result, sizes);
    }

    private Tensor convolution(int[] values, long[] sizes) {
        Node node = layer.node();
        long[] pads = node.intsAttribute("pads", 0, 0, 0, 0);
        long[] strides = node.intsAttribute("strides", 1, 1);
        long[] dilations = node.intsAttribute("dilations", 1, 1);
        int height = (int) sizes[2];
        int width = (int) sizes[3];
        int kernelHeight = (int) layer.sizes()[2];
        int kernelWidth = (int) layer.sizes()[3];
        int outHeight = (int) ((height + pads[0] + pads[2] - dilations[0] * (kernelHeight - 1) - 1) / strides[0] + 1);
        int outWidth = (int) ((width + pads[1] + pads[3] - dilations[1] * (kernelWidth - 1) - 1) / strides[1] + 1);
        int outputs = layer.outputs();
        int perGroup = outputs / groups;
        int channels = (int) layer.sizes()[1];
        int plane = outHeight * outWidth;
        float[] result = new float[(int) sizes[0] * outputs * plane];
        int[] row = new int[layer.inputs() + 1];
        int[] sums = new int[perGroup];
        for (int n = 0; n < sizes[0]; n++) {
            for (int g = 0; g < groups; g++) {
                int base = (n * (int) sizes[1] + g * channels) * height * width;
                for (int position = 0; position < plane; position++) {
                    int y = (int) (position / outWidth * strides[0] - pads[0]);
                    int x = (int) (position % outWidth * strides[1] - pads[1]);
                    int next = 0;
                    for (int ky = 0; ky < kernelHeight; ky++) {
                        for (int kx = 0; kx < kernelWidth; kx++) {
                            int iy = y + (int) (ky * dilations[0]);
                            int ix = x + (int) (kx * dilations[1]);
                            boolean inside = iy >= 0 && iy < height && ix >= 0 && ix < width;
                            for (int c = 0; c < channels; c++) {
                                row[next++] = inside ? values[base + (c * height + iy) * width + ix] : zeroPoint;
                            }
                        }
                    }
                    kernels[g].multiply(row, 0, zeroPoint, sums);
                    for (int o = 0; o < perGroup; o++) {
                        int output = g * perGroup + o;
                        result[(n * outputs + output) * plane + position] = real(sums[o], output);
                    }
                }
            }
        }
        return Tensor.ofFloats(node.output(0), result, sizes[0], outputs, outHeight, outWidth);
    }

    private float real(int sum, int output) {
        long total = bias == null ? sum : sum + bias[output];
        float value = total * (inputScale * layer.scale(output));
        return floatBias == null ? value : value + floatBias[output];
    }
}
