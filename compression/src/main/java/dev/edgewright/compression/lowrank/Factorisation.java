package dev.edgewright.compression.lowrank;

import dev.edgewright.compression.calibration.InputMoments;
import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * One layer as a chain of smaller ones.
 *
 * @param form channel, spatial or tucker
 * @param rank the inner size, "r" or "r1,r2"
 * @param parts the layers in order, without inputs and outputs, the last one to carry the bias
 * @param matrix what the chain computes, as the layer's [columns][outputs]
 * @param cost multiply-adds of one sample, or microseconds of one run
 * @param error the share of the layer's output variance that is lost
 */
record Factorisation(String form, String rank, List<Part> parts, double[] matrix, double cost, double error) {

    /**
     * One layer of a chain.
     *
     * @param suffix what its name ends in
     * @param op Conv, Gemm or MatMul
     * @param weight its weight
     * @param attributes its attributes
     */
    record Part(String suffix, String op, Tensor weight, List<Attribute> attributes) {

        Node node(String name, List<String> inputs, String output) {
            return Node.of(op, name, inputs, List.of(output), attributes.toArray(Attribute[]::new));
        }
    }

    /** The same chain at another cost. */
    Factorisation withCost(double other) {
        return new Factorisation(form, rank, parts, matrix, other, error);
    }

    /** tr(D' C D) / tr(W' C W) for D = W - W^. */
    static double error(InputMoments moments, double[] exact, double[] approximate) {
        int outputs = moments.layer().outputs();
        DMatrixRMaj covariance = moments.covariance(0);
        DMatrixRMaj weights = DMatrixRMaj.wrap(moments.layer().columns(), outputs, exact);
        DMatrixRMaj difference = weights.copy();
        for (int i = 0; i < approximate.length; i++) {
            difference.data[i] -= approximate[i];
        }
        return energy(covariance, difference) / Math.max(energy(covariance, weights), 1e-20);
    }

    private static double energy(DMatrixRMaj covariance, DMatrixRMaj weights) {
        DMatrixRMaj product = new DMatrixRMaj(weights.numRows, weights.numCols);
        CommonOps_DDRM.mult(covariance, weights, product);
        double sum = 0;
        for (int i = 0; i < product.data.length; i++) {
            sum += product.data[i] * weights.data[i];
        }
        return sum;
    }
}
