package dev.edgewright.compression.lowrank;

import dev.edgewright.compression.calibration.InputMoments;
import dev.edgewright.compression.calibration.LayerReader;
import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.lowrank.Factorisation.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.SingularOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/**
 * All ways to write one layer with fewer multiply-adds.
 *
 * <ul>
 *   <li>channel: the layer to r outputs, then 1x1 to all. The r directions are those in which the layer's own outputs vary most on the data
 *       (Zhang et al. 2015, arXiv 1505.06798), which for dense layers is the activation-aware SVD.
 *   <li>spatial: a column of the kernel to r channels, then a row (Jaderberg et al. 2014, arXiv 1405.3866).
 *   <li>tucker: 1x1 to r1, the kernel to r2, 1x1 to all (Kim et al. 2016, arXiv 1511.06530).
 * </ul>
 */
final class Factoriser {

    private static final double[] SHARES = {0.75, 0.5, 0.375, 0.25, 0.125};

    private final InputMoments moments;
    private final LayerReader layer;
    private final long[] inSizes;
    private final long[] outSizes;
    private final int block;
    private final double[] matrix;
    private final int outputs;
    private final DMatrixRMaj directions; // [outputs, outputs], columns by falling variance of the layer's output
    private final List<Factorisation> found = new ArrayList<>();

    Factoriser(InputMoments moments, long[] inSizes, long[] outSizes, int block) {
        this.moments = moments;
        this.layer = moments.layer();
        this.inSizes = inSizes;
        this.outSizes = outSizes;
        this.block = block;
        this.matrix = layer.matrix();
        this.outputs = layer.outputs();
        DMatrixRMaj weights = weights();
        DMatrixRMaj product = new DMatrixRMaj(layer.columns(), outputs);
        CommonOps_DDRM.mult(moments.covariance(1e-6), weights, product);
        DMatrixRMaj spread = new DMatrixRMaj(outputs, outputs);
        CommonOps_DDRM.multTransA(weights, product, spread);
        this.directions = eigenvectors(spread);
    }

    private DMatrixRMaj weights() {
        return DMatrixRMaj.wrap(layer.columns(), outputs, matrix);
    }

    /** Eigenvectors of a symmetric matrix as columns, by falling eigenvalue; signs are fixed so that runs agree. */
    static DMatrixRMaj eigenvectors(DMatrixRMaj symmetric) {
        int n = symmetric.numRows;
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(n, true, true);
        if (!eigen.decompose(symmetric.copy())) {
            throw new IllegalStateException("no eigenvectors were found");
        }
        int[] order = IntStream.range(0, n)
                .boxed()
                .sorted((a, b) -> Double.compare(
                        eigen.getEigenvalue(b).getReal(), eigen.getEigenvalue(a).getReal()))
                .mapToInt(Integer::intValue)
                .toArray();
        DMatrixRMaj vectors = new DMatrixRMaj(n, n);
        for (int c = 0; c < n; c++) {
            for (int r = 0; r < n; r++) {
                vectors.set(r, c, eigen.getEigenVector(order[c]).get(r, 0));
            }
        }
        return vectors;
    }

    /** Multiply-adds of the layer as it is. */
    double macs() {
        return positions() * matrix.length;
    }

    private double positions() {
        double positions = 1;
        for (int axis = isConv() ? 2 : 1; axis < outSizes.length - (isConv() ? 0 : 1); axis++) {
            positions *= Math.max(1, outSizes[axis]);
        }
        return positions;
    }

    private boolean isConv() {
        return layer.node().is("Conv");
    }

    /** Every form at a few ranks that saves multiply-adds. */
    List<Factorisation> all() {
        for (double share : SHARES) {
            channel(rank(share * Math.min(outputs, layer.columns())));
            if (isConv() && layer.kernel() > 1) {
                long[] sizes = layer.weight().sizes();
                spatial(rank(share * Math.min(sizes[1] * sizes[2], sizes[0] * sizes[3])));
                tucker(rank(share * sizes[1]), rank(share * sizes[0]));
            }
        }
        return found;
    }

    private int rank(double wanted) {
        return Math.max(1, (int) Math.max(block, Math.round(wanted / block) * block));
    }

    private void keep(String form, String rank, List<Part> parts, double[] approximate, double macs) {
        if (macs < macs() * 0.95) {
            found.add(new Factorisation(
                    form, rank, parts, approximate, macs, Factorisation.error(moments, matrix, approximate)));
        }
    }

    private DMatrixRMaj first(DMatrixRMaj vectors, int rank) {
        return CommonOps_DDRM.extract(vectors, 0, vectors.numRows, 0, rank);
    }

    private void channel(int rank) {
        if (rank >= Math.min(outputs, layer.columns())) {
            return;
        }
        DMatrixRMaj basis = first(directions, rank);
        DMatrixRMaj reduced = new DMatrixRMaj(layer.columns(), rank);
        CommonOps_DDRM.mult(weights(), basis, reduced);
        DMatrixRMaj approximate = new DMatrixRMaj(layer.columns(), outputs);
        CommonOps_DDRM.multTransB(reduced, basis, approximate);
        double macs = positions() * rank * (layer.columns() + outputs);
        keep("channel", Integer.toString(rank), channelParts(reduced, basis, rank), approximate.data, macs);
    }

    private List<Part> channelParts(DMatrixRMaj reduced, DMatrixRMaj basis, int rank) {
        if (!isConv()) {
            String op = layer.node().op();
            return List.of(
                    new Part("reduce", "MatMul", tensor(reduced.data, layer.columns(), rank), List.of()),
                    new Part(
                            "expand",
                            op.equals("Gemm") ? "Gemm" : "MatMul",
                            tensor(transposed(basis).data, rank, outputs),
                            List.of()));
        }
        long[] sizes = layer.weight().sizes();
        return List.of(
                new Part(
                        "reduce",
                        "Conv",
                        tensor(transposed(reduced).data, rank, sizes[1], sizes[2], sizes[3]),
                        spaceOf(layer.node())),
                new Part("expand", "Conv", tensor(basis.data, outputs, rank, 1, 1), List.of()));
    }

    private void spatial(int rank) {
        Node node = layer.node();
        long[] sizes = layer.weight().sizes();
        int in = (int) sizes[1];
        int kh = (int) sizes[2];
        int kw = (int) sizes[3];
        boolean dilated = !java.util.Arrays.equals(node.intsAttribute("dilations", 1, 1), new long[] {1, 1});
        if (dilated || kh == 1 || kw == 1 || rank >= Math.min(in * kh, outputs * kw)) {
            return;
        }
        DMatrixRMaj unfolded = new DMatrixRMaj(in * kh, kw * outputs);
        for (int c = 0; c < layer.columns(); c++) {
            for (int o = 0; o < outputs; o++) {
                unfolded.set(c / kw, c % kw * outputs + o, matrix[c * outputs + o]);
            }
        }
        SingularValueDecomposition_F64<DMatrixRMaj> svd =
                DecompositionFactory_DDRM.svd(unfolded.numRows, unfolded.numCols, true, true, true);
        if (!svd.decompose(unfolded.copy())) {
            return;
        }
        DMatrixRMaj u = svd.getU(null, false);
        DMatrixRMaj s = svd.getW(null);
        DMatrixRMaj v = svd.getV(null, false);
        SingularOps_DDRM.descendingOrder(u, false, s, v, false);
        double[] columnWeights = new double[rank * in * kh];
        double[] rowWeights = new double[outputs * rank * kw];
        double[] approximate = new double[matrix.length];
        for (int r = 0; r < rank; r++) {
            double root = Math.sqrt(s.get(r, r));
            for (int i = 0; i < in * kh; i++) {
                columnWeights[r * in * kh + i] = u.get(i, r) * root;
            }
            for (int o = 0; o < outputs; o++) {
                for (int x = 0; x < kw; x++) {
                    rowWeights[(o * rank + r) * kw + x] = v.get(x * outputs + o, r) * root;
                }
            }
            for (int c = 0; c < layer.columns(); c++) {
                for (int o = 0; o < outputs; o++) {
                    approximate[c * outputs + o] += u.get(c / kw, r) * s.get(r, r) * v.get(c % kw * outputs + o, r);
                }
            }
        }
        long[] pads = node.intsAttribute("pads", 0, 0, 0, 0);
        long[] strides = node.intsAttribute("strides", 1, 1);
        List<Part> parts = List.of(
                new Part(
                        "column",
                        "Conv",
                        tensor(columnWeights, rank, in, kh, 1),
                        space(strides[0], 1, pads[0], 0, pads[2], 0)),
                new Part(
                        "row",
                        "Conv",
                        tensor(rowWeights, outputs, rank, 1, kw),
                        space(1, strides[1], 0, pads[1], 0, pads[3])));
        double macs = Math.max(1, outSizes[2]) * Math.max(1, inSizes[3]) * (double) in * kh * rank
                + positions() * rank * kw * outputs;
        keep("spatial", Integer.toString(rank), parts, approximate, macs);
    }

    private void tucker(int inRank, int outRank) {
        long[] sizes = layer.weight().sizes();
        int in = (int) sizes[1];
        int kernel = layer.kernel();
        if (inRank >= in || outRank >= outputs) {
            return;
        }
        DMatrixRMaj unfolded = new DMatrixRMaj(in, kernel * outputs, true, matrix);
        DMatrixRMaj gram = new DMatrixRMaj(in, in);
        CommonOps_DDRM.multTransB(unfolded, unfolded, gram);
        DMatrixRMaj inBasis = first(eigenvectors(gram), inRank);
        DMatrixRMaj outBasis = first(directions, outRank);
        DMatrixRMaj squeezed = new DMatrixRMaj(inRank, kernel * outputs);
        CommonOps_DDRM.multTransA(inBasis, unfolded, squeezed);
        DMatrixRMaj core = new DMatrixRMaj(inRank * kernel, outRank);
        CommonOps_DDRM.mult(DMatrixRMaj.wrap(inRank * kernel, outputs, squeezed.data), outBasis, core);
        DMatrixRMaj widened = new DMatrixRMaj(inRank * kernel, outputs);
        CommonOps_DDRM.multTransB(core, outBasis, widened);
        DMatrixRMaj approximate = new DMatrixRMaj(in, kernel * outputs);
        CommonOps_DDRM.mult(inBasis, DMatrixRMaj.wrap(inRank, kernel * outputs, widened.data), approximate);
        List<Part> parts = List.of(
                new Part("squeeze", "Conv", tensor(transposed(inBasis).data, inRank, in, 1, 1), List.of()),
                new Part(
                        "core",
                        "Conv",
                        tensor(transposed(core).data, outRank, inRank, sizes[2], sizes[3]),
                        spaceOf(layer.node())),
                new Part("expand", "Conv", tensor(outBasis.data, outputs, outRank, 1, 1), List.of()));
        double macs = Math.max(1, inSizes[2]) * Math.max(1, inSizes[3]) * (double) in * inRank
                + positions() * outRank * ((double) inRank * kernel + outputs);
        keep("tucker", inRank + "," + outRank, parts, approximate.data, macs);
    }

    private static DMatrixRMaj transposed(DMatrixRMaj matrix) {
        return CommonOps_DDRM.transpose(matrix, null);
    }

    private static Tensor tensor(double[] values, long... sizes) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return Tensor.ofFloats("weight", floats, sizes);
    }

    private static List<Attribute> spaceOf(Node node) {
        return node.attributes().stream()
                .filter(attribute -> !attribute.name().equals("kernel_shape")
                        && !attribute.name().equals("group"))
                .toList();
    }

    private static List<Attribute> space(long strideY, long strideX, long... pads) {
        return List.of(Attribute.ofInts("strides", strideY, strideX), Attribute.ofInts("pads", pads));
    }
}
