package dev.edgewright.compression.prune;

import dev.edgewright.compression.calibration.InputMoments;
import dev.edgewright.compression.calibration.LayerReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * In which order the units of a group are best removed. At every step that unit goes whose removal costs least, when all that is left of
 * the layers that read it makes up for it as well as least squares can. Costs are relative to each layer's output variance, so that layers
 * compare.
 *
 * <p>The structured form of the optimal brain surgeon: Hassibi and Stork 1993; Kurtic et al. 2023, ZipLM (arXiv 2302.04089).
 */
final class RemovalOrder {

    private static final double RIDGE = 1e-3;

    private RemovalOrder() {}

    /**
     * All units in the order in which they should go.
     *
     * @param readers the layers that read the group, with their moments and the columns of each unit
     */
    static int[] of(int units, List<Reader> readers) {
        boolean[] gone = new boolean[units];
        int[] order = new int[units];
        for (int step = 0; step < units; step++) {
            int best = -1;
            double least = Double.POSITIVE_INFINITY;
            for (int unit = 0; unit < units; unit++) {
                double cost = 0;
                for (int r = 0; r < readers.size() && !gone[unit]; r++) {
                    cost += readers.get(r).cost(unit);
                }
                if (!gone[unit] && (best < 0 || cost < least)) {
                    best = unit;
                    least = cost;
                }
            }
            gone[best] = true;
            order[step] = best;
            for (Reader reader : readers) {
                reader.remove(best);
            }
        }
        return order;
    }

    /** One layer that reads the group. */
    static final class Reader {

        private final int[][] columns;
        private final int outputs;
        private final double energy;
        private final double[] variance;
        private final DMatrixRMaj weights; // [columns, outputs], as compensated so far
        private final DMatrixRMaj inverse; // of the covariance, null when only variances are known

        Reader(InputMoments moments, int[][] columns) {
            this.columns = columns;
            LayerReader layer = moments.layer();
            this.outputs = layer.outputs();
            this.variance = moments.variance();
            this.weights = DMatrixRMaj.wrap(layer.columns(), outputs, layer.matrix());
            if (moments.isFull()) {
                this.inverse = moments.covariance(RIDGE);
                this.energy = energy(moments.covariance(0));
                if (!CommonOps_DDRM.invert(inverse)) {
                    throw new IllegalStateException(
                            "covariance of " + layer.node().label() + " cannot be inverted");
                }
            } else {
                this.inverse = null;
                this.energy = diagonalEnergy();
            }
        }

        private double energy(DMatrixRMaj covariance) {
            DMatrixRMaj product = new DMatrixRMaj(covariance.numRows, outputs);
            CommonOps_DDRM.mult(covariance, weights, product);
            double sum = 0;
            for (int i = 0; i < product.data.length; i++) {
                sum += product.data[i] * weights.data[i];
            }
            return Math.max(sum, 1e-20);
        }

        private double diagonalEnergy() {
            double sum = 1e-20;
            for (int c = 0; c < variance.length; c++) {
                sum += variance[c] * norm(c);
            }
            return sum;
        }

        private double norm(int column) {
            double sum = 0;
            for (int o = 0; o < outputs; o++) {
                double w = weights.data[column * outputs + o];
                sum += w * w;
            }
            return sum;
        }

        /** The share of the layer's output variance that is lost with this unit. */
        double cost(int unit) {
            int[] set = columns[unit];
            if (inverse == null) {
                return Arrays.stream(set)
                                .mapToDouble(c -> variance[c] * norm(c))
                                .sum()
                        / energy;
            }
            DMatrixRMaj inner = inner(set);
            double sum = 0;
            for (int i = 0; i < set.length; i++) {
                for (int j = 0; j < set.length; j++) {
                    double dot = 0;
                    for (int o = 0; o < outputs; o++) {
                        dot += weights.data[set[i] * outputs + o] * weights.data[set[j] * outputs + o];
                    }
                    sum += dot * inner.get(i, j);
                }
            }
            return sum / energy;
        }

        private DMatrixRMaj inner(int[] set) {
            DMatrixRMaj inner = new DMatrixRMaj(set.length, set.length);
            for (int i = 0; i < set.length; i++) {
                for (int j = 0; j < set.length; j++) {
                    inner.set(i, j, inverse.get(set[i], set[j]));
                }
            }
            CommonOps_DDRM.invert(inner);
            return inner;
        }

        /** Removes a unit: the other weights make up for it, and the inverse forgets its columns. */
        void remove(int unit) {
            int[] set = columns[unit];
            if (inverse == null || set.length == 0) {
                return;
            }
            int n = inverse.numRows;
            DMatrixRMaj across = new DMatrixRMaj(n, set.length);
            DMatrixRMaj removed = new DMatrixRMaj(set.length, outputs);
            for (int j = 0; j < set.length; j++) {
                for (int i = 0; i < n; i++) {
                    across.set(i, j, inverse.get(i, set[j]));
                }
                System.arraycopy(weights.data, set[j] * outputs, removed.data, j * outputs, outputs);
            }
            DMatrixRMaj gain = new DMatrixRMaj(n, set.length);
            CommonOps_DDRM.mult(across, inner(set), gain);
            CommonOps_DDRM.multAdd(-1, gain, removed, weights);
            CommonOps_DDRM.multAddTransB(-1, gain, across, inverse);
            for (int column : set) {
                Arrays.fill(weights.data, column * outputs, (column + 1) * outputs, 0);
                for (int i = 0; i < n; i++) {
                    inverse.set(i, column, 0);
                    inverse.set(column, i, 0);
                }
                inverse.set(column, column, 1);
            }
        }
    }

    /** The layers that read a group, ready for elimination. */
    static List<Reader> readers(ChannelGroup group, Iterable<InputMoments> moments) {
        List<Reader> readers = new ArrayList<>();
        for (InputMoments one : moments) {
            int[][] columns = columns(group, one.layer());
            if (columns != null) {
                readers.add(new Reader(one, columns));
            }
        }
        return readers;
    }

    /** The columns of each unit in a layer's rows; null when the layer does not read the group. */
    static int[][] columns(ChannelGroup group, LayerReader layer) {
        for (ChannelSlice slice : group.constants(ChannelSlice.Role.CONSUMES)) {
            if (slice.value().equals(layer.node().input(1))) {
                int kernel = layer.kernel();
                return Arrays.stream(slice.positions())
                        .map(positions -> Arrays.stream(positions)
                                .flatMap(p -> java.util.stream.IntStream.range(p * kernel, (p + 1) * kernel))
                                .toArray())
                        .toArray(int[][]::new);
            }
        }
        return null;
    }
}
