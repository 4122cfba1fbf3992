package dev.edgewright.compression.prune;

import dev.edgewright.compression.calibration.InputMoments;
import dev.edgewright.compression.calibration.LayerReader;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import java.util.Arrays;
import java.util.Map;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;

/**
 * Makes the layers that read a group as good as they can be without some of its units, from moments alone and without running anything: the
 * weights of what stays take over what they can predict of what goes, and the bias takes over the mean. Zeros are left where units went.
 */
final class LocalRepair {

    private static final double RIDGE = 1e-3;

    private LocalRepair() {}

    /** The graph, in its old sizes, as if only these units of the group fed the next layers. */
    static Graph without(Graph graph, ChannelGroup group, int[] keep, Map<String, InputMoments> moments) {
        GraphEdit edit = graph.edit();
        boolean[] stays = new boolean[group.units()];
        Arrays.stream(keep).forEach(unit -> stays[unit] = true);
        for (InputMoments one : moments.values()) {
            int[][] columns = RemovalOrder.columns(group, one.layer());
            if (columns != null) {
                boolean[] kept = new boolean[one.layer().columns()];
                Arrays.fill(kept, true);
                for (int unit = 0; unit < stays.length; unit++) {
                    for (int column : columns[unit]) {
                        kept[column] = stays[unit];
                    }
                }
                repair(graph, edit, one, kept);
            }
        }
        return edit.build();
    }

    private static void repair(Graph graph, GraphEdit edit, InputMoments moments, boolean[] kept) {
        LayerReader layer = moments.layer();
        int outputs = layer.outputs();
        DMatrixRMaj old = DMatrixRMaj.wrap(layer.columns(), outputs, layer.matrix());
        DMatrixRMaj fresh = moments.isFull() ? solved(moments, old, kept) : masked(old, kept);
        Node node = layer.node();
        edit.put(layer.weight(fresh.data));
        if (layer.takesBias()) {
            float[] bias = node.hasInput(2)
                    ? graph.constant(node.input(2)).orElseThrow().toFloats()
                    : new float[outputs];
            if (bias.length == outputs) {
                edit.replace(node, node.withInput(2, edit.putFresh(bias(layer, moments, old, fresh, bias))));
            }
        }
    }

    private static Tensor bias(
            LayerReader layer, InputMoments moments, DMatrixRMaj old, DMatrixRMaj fresh, float[] bias) {
        int outputs = layer.outputs();
        for (int o = 0; o < outputs; o++) {
            double shift = 0;
            for (int c = 0; c < layer.columns(); c++) {
                shift += (old.get(c, o) - fresh.get(c, o)) * moments.mean()[c];
            }
            bias[o] += (float) shift;
        }
        String name =
                layer.node().hasInput(2) ? layer.node().input(2) : layer.node().label() + ".bias";
        return Tensor.ofFloats(name, bias, outputs);
    }

    private static DMatrixRMaj masked(DMatrixRMaj old, boolean[] kept) {
        DMatrixRMaj masked = old.copy();
        for (int c = 0; c < kept.length; c++) {
            if (!kept[c]) {
                Arrays.fill(masked.data, c * old.numCols, (c + 1) * old.numCols, 0);
            }
        }
        return masked;
    }

    /** Kept rows of W plus C_kk^-1 C_kr W_r. */
    private static DMatrixRMaj solved(InputMoments moments, DMatrixRMaj old, boolean[] kept) {
        int[] stay = indices(kept, true);
        int[] go = indices(kept, false);
        DMatrixRMaj result = masked(old, kept);
        if (go.length == 0 || stay.length == 0) {
            return result;
        }
        DMatrixRMaj covariance = moments.covariance(RIDGE);
        DMatrixRMaj right = new DMatrixRMaj(stay.length, old.numCols);
        CommonOps_DDRM.mult(part(covariance, stay, go), rows(old, go), right);
        LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.chol(stay.length);
        DMatrixRMaj solution = new DMatrixRMaj(stay.length, old.numCols);
        if (!solver.setA(part(covariance, stay, stay))) {
            return result;
        }
        solver.solve(right, solution);
        for (int i = 0; i < stay.length; i++) {
            for (int o = 0; o < old.numCols; o++) {
                result.add(stay[i], o, solution.get(i, o));
            }
        }
        return result;
    }

    private static int[] indices(boolean[] flags, boolean value) {
        return java.util.stream.IntStream.range(0, flags.length)
                .filter(i -> flags[i] == value)
                .toArray();
    }

    private static DMatrixRMaj part(DMatrixRMaj matrix, int[] rows, int[] columns) {
        DMatrixRMaj part = new DMatrixRMaj(rows.length, columns.length);
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < columns.length; j++) {
                part.set(i, j, matrix.get(rows[i], columns[j]));
            }
        }
        return part;
    }

    private static DMatrixRMaj rows(DMatrixRMaj matrix, int[] rows) {
        DMatrixRMaj part = new DMatrixRMaj(rows.length, matrix.numCols);
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(matrix.data, rows[i] * matrix.numCols, part.data, i * matrix.numCols, matrix.numCols);
        }
        return part;
    }
}
