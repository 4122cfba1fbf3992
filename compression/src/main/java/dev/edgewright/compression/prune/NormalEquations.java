package dev.edgewright.compression.prune;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;

/** X'X and X'Y of a least-squares problem, gathered row by row in fixed memory. */
final class NormalEquations {

    private static final int BLOCK = 256;
    private static final double[] RIDGES = {1e-4, 1e-3, 1e-2, 1e-1, 1};

    private final DMatrixRMaj inputs;
    private final DMatrixRMaj targets;
    private final DMatrixRMaj gram;
    private final DMatrixRMaj cross;
    private int filled;
    private long rows;

    NormalEquations(int columns, int outputs) {
        inputs = new DMatrixRMaj(BLOCK, columns);
        targets = new DMatrixRMaj(BLOCK, outputs);
        gram = new DMatrixRMaj(columns, columns);
        cross = new DMatrixRMaj(columns, outputs);
    }

    int columns() {
        return gram.numCols;
    }

    /** Where the next row is to be written, from {@link #rowOffset}. */
    double[] row() {
        return inputs.data;
    }

    int rowOffset() {
        return filled * inputs.numCols;
    }

    void target(int output, double value) {
        targets.data[filled * targets.numCols + output] = value;
    }

    void take() {
        rows++;
        if (++filled == BLOCK) {
            finish();
        }
    }

    void finish() {
        if (filled > 0) {
            DMatrixRMaj x = new DMatrixRMaj(inputs);
            x.reshape(filled, inputs.numCols, true);
            DMatrixRMaj y = new DMatrixRMaj(targets);
            y.reshape(filled, targets.numCols, true);
            CommonOps_DDRM.multAddTransA(x, x, gram);
            CommonOps_DDRM.multAddTransA(x, y, cross);
            filled = 0;
        }
    }

    /**
     * The weights that fit best, drawn towards {@code start}; how strongly is chosen on held-out rows.
     *
     * @param start [columns, outputs], row-major
     * @return {@code start} itself when nothing fits the held-out rows better
     */
    double[] solve(double[] start, NormalEquations held) {
        DMatrixRMaj from = DMatrixRMaj.wrap(columns(), targets.numCols, start);
        if (rows == 0 || held.rows == 0) {
            return start;
        }
        double best = held.loss(from);
        double chosen = -1;
        for (double ridge : RIDGES) {
            DMatrixRMaj solution = ridge(from, ridge, gram, cross);
            double loss = solution == null ? Double.POSITIVE_INFINITY : held.loss(solution);
            if (loss < best) {
                best = loss;
                chosen = ridge;
            }
        }
        if (chosen < 0) {
            return start;
        }
        DMatrixRMaj allGram = gram.copy();
        DMatrixRMaj allCross = cross.copy();
        CommonOps_DDRM.addEquals(allGram, held.gram);
        CommonOps_DDRM.addEquals(allCross, held.cross);
        DMatrixRMaj solution = ridge(from, chosen, allGram, allCross);
        return solution == null ? start : solution.data;
    }

    /** from + (G + rI)^-1 (X'Y - G from), r relative to the mean of the diagonal. */
    private static DMatrixRMaj ridge(DMatrixRMaj from, double ridge, DMatrixRMaj gram, DMatrixRMaj cross) {
        DMatrixRMaj right = cross.copy();
        CommonOps_DDRM.multAdd(-1, gram, from, right);
        DMatrixRMaj left = gram.copy();
        double add = ridge * Math.max(CommonOps_DDRM.trace(left) / left.numRows, 1e-12);
        for (int i = 0; i < left.numRows; i++) {
            left.add(i, i, add);
        }
        LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.chol(left.numRows);
        if (!solver.setA(left)) {
            return null;
        }
        DMatrixRMaj solution = new DMatrixRMaj(from.numRows, from.numCols);
        solver.solve(right, solution);
        CommonOps_DDRM.addEquals(solution, from);
        return solution;
    }

    /** Squared error on these rows, less the part that no weights change. */
    private double loss(DMatrixRMaj weights) {
        DMatrixRMaj product = new DMatrixRMaj(weights.numRows, weights.numCols);
        CommonOps_DDRM.mult(gram, weights, product);
        double loss = 0;
        for (int i = 0; i < product.data.length; i++) {
            loss += weights.data[i] * (product.data[i] - 2 * cross.data[i]);
        }
        return loss;
    }
}
