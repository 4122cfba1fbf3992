package dev.edgewright.compression.quantize;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
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
import java.util.List;

/**
 * Weights of products in blocks of 4 or 8 bits, activations in float: ONNX Runtime's MatMulNBits. Every block of consecutive inputs of one
 * output has a scale of its own, chosen by squared error. Pays where weights dominate (large layers, small batches). Needs no data.
 *
 * <pre>
 * before: x [.., K] -> MatMul(W [K,N]) -> y
 * after:  x -> MatMulNBits(codes [N, K/block, block*bits/8], scales [N * K/block]) -> y
 * </pre>
 */
public final class WeightOnly implements Pass {

    private static final String DOMAIN = "com.microsoft";
    private static final double[] SHRINK = {1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7};

    private final int bits;
    private final int block;
    private final int accuracyLevel;

    /**
     * @param bits 4 or 8
     * @param block inputs that share a scale: a power of two, at least 16
     * @param accuracyLevel 0 computes in float, 4 lets the kernel code activations to int8 as it goes
     */
    public WeightOnly(int bits, int block, int accuracyLevel) {
        if (bits != 4 && bits != 8) {
            throw new IllegalArgumentException("weights in blocks have 4 or 8 bits, not " + bits);
        }
        if (block < 16 || Integer.bitCount(block) != 1) {
            throw new IllegalArgumentException("a block is a power of two from 16, not " + block);
        }
        if (accuracyLevel != 0 && accuracyLevel != 4) {
            throw new IllegalArgumentException("the accuracy level is 0 or 4, not " + accuracyLevel);
        }
        this.bits = bits;
        this.block = block;
        this.accuracyLevel = accuracyLevel;
    }

    @Override
    public String name() {
        return "int" + bits + "-weights";
    }

    @Override
    public void requires(Graph graph, PassContext context) {
        if (StaticInt8.isQuantized(graph)) {
            throw new CompressionException(
                    Code.ALREADY_QUANTIZED,
                    graph.name() + " holds quantised operators already; start from the float model");
        }
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        List<ConstantProducts> products = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        for (ConstantProducts product : ConstantProducts.of(graph)) {
            if (product.rows() < block) {
                notes.add(name() + ": " + product.stem() + " stays float, it has fewer inputs than a block");
            } else {
                products.add(product);
            }
        }
        if (products.isEmpty()) {
            notes.add(name() + ": no MatMul or Gemm with constant weights was found");
            return PassResult.unchanged(graph, notes);
        }
        GraphEdit edit = graph.edit().setOpset(DOMAIN, 1);
        double error = 0;
        for (ConstantProducts product : products) {
            error = Math.max(error, rewrite(edit, product));
            DynamicInt8.dropUnread(graph, edit, product, products);
        }
        return PassResult.changed(
                edit.build(),
                String.format(
                        java.util.Locale.ROOT,
                        "%s: %d products block=%d accuracy-level=%d largest relative weight error %.4f",
                        name(),
                        products.size(),
                        block,
                        accuracyLevel,
                        error),
                notes);
    }

    private double rewrite(GraphEdit edit, ConstantProducts product) {
        int k = product.rows();
        int n = product.columns();
        int blocks = (k + block - 1) / block;
        int blockBytes = block * bits / 8;
        byte[] codes = new byte[n * blocks * blockBytes];
        float[] scales = new float[n * blocks];
        double lost = 0;
        double total = 1e-30;
        float[] values = new float[block];
        int[] coded = new int[block];
        for (int column = 0; column < n; column++) {
            for (int b = 0; b < blocks; b++) {
                for (int i = 0; i < block; i++) {
                    int row = b * block + i;
                    values[i] = row < k ? product.weights()[row * n + column] : 0;
                }
                float scale = code(values, coded);
                scales[column * blocks + b] = scale;
                pack(coded, codes, (column * blocks + b) * blockBytes);
                for (int i = 0; i < block; i++) {
                    double difference = values[i] - (coded[i] - zero()) * scale;
                    lost += difference * difference;
                    total += (double) values[i] * values[i];
                }
            }
        }
        write(edit, product, codes, scales, blocks, blockBytes);
        return Math.sqrt(lost / total);
    }

    private int zero() {
        return 1 << (bits - 1);
    }

    /** Codes 0..2^bits-1 around the middle; the scale, which may be negative, with the least squared error of a few. */
    private float code(float[] values, int[] codes) {
        float extreme = 0;
        for (float value : values) {
            if (Math.abs(value) > Math.abs(extreme)) {
                extreme = value;
            }
        }
        if (!(Math.abs(extreme) >= Float.MIN_NORMAL)) {
            java.util.Arrays.fill(codes, zero());
            return 1;
        }
        float best = 0;
        double least = Double.POSITIVE_INFINITY;
        for (double shrink : SHRINK) {
            // The code range is one longer below zero, so the largest value is put there.
            float scale = (float) (-extreme * shrink / zero());
            double error = 0;
            for (float value : values) {
                double difference = value - (level(value, scale) - zero()) * scale;
                error += difference * difference;
            }
            if (error < least) {
                least = error;
                best = scale;
            }
        }
        for (int i = 0; i < values.length; i++) {
            codes[i] = level(values[i], best);
        }
        return best;
    }

    private int level(float value, float scale) {
        return (int) Math.min(Math.max(Math.rint(value / scale) + zero(), 0), 2 * zero() - 1);
    }

    private void pack(int[] coded, byte[] codes, int offset) {
        for (int i = 0; i < block; i++) {
            if (bits == 8) {
                codes[offset + i] = (byte) coded[i];
            } else {
                codes[offset + i / 2] |= (byte) (coded[i] << (4 * (i % 2)));
            }
        }
    }

    private void write(
            GraphEdit edit, ConstantProducts product, byte[] codes, float[] scales, int blocks, int blockBytes) {
        String stem = product.stem();
        String weight = edit.putFresh(Tensor.ofRaw(
                stem + "_weight_blocks", ElementType.UINT8, new long[] {product.columns(), blocks, blockBytes}, codes));
        String scale = edit.putFresh(Tensor.ofFloats(stem + "_weight_scales", scales, scales.length));
        String output = product.node().output(0);
        String plain = product.bias().isPresent() ? edit.freshName(stem + "_product") : output;
        edit.remove(product.node());
        edit.add(Node.of(
                DOMAIN,
                "MatMulNBits",
                stem,
                List.of(product.node().input(0), weight, scale),
                List.of(plain),
                Attribute.ofInt("K", product.rows()),
                Attribute.ofInt("N", product.columns()),
                Attribute.ofInt("bits", bits),
                Attribute.ofInt("block_size", block),
                Attribute.ofInt("accuracy_level", accuracyLevel)));
        product.bias()
                .ifPresent(bias -> edit.add(Node.of("Add", stem + "_Add", List.of(plain, bias), List.of(output))));
    }
}
