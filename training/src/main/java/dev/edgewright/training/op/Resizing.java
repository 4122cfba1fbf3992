package dev.edgewright.training.op;

import dev.edgewright.training.tensor.Shape;
import dev.edgewright.training.tensor.Tensor;
import java.util.List;

/** Resize and its predecessor Upsample, over the two last axes of an image. */
final class Resizing {

    private Resizing() {}

    static List<Value> resize(Call call) {
        Tensor x = call.tensor(0);
        Shape shape = x.shape();
        if (shape.rank() != 4) {
            throw call.unsupported("only [N, C, H, W] can be resized");
        }
        long height;
        long width;
        boolean bySize = call.has(3);
        if (bySize) {
            long[] sizes = call.longs(3);
            height = sizes[sizes.length - 2];
            width = sizes[sizes.length - 1];
        } else {
            int place = call.node().is("Upsample") || call.opset() < 11 ? 1 : 2;
            double[] scales = floats(call, place);
            height = (long) Math.floor(shape.get(2) * scales[scales.length - 2]);
            width = (long) Math.floor(shape.get(3) * scales[scales.length - 1]);
        }
        String mode = call.attribute("mode", "nearest");
        String coordinates = call.node().is("Upsample")
                ? "asymmetric"
                : call.attribute("coordinate_transformation_mode", "half_pixel");
        if (mode.equals("linear") && (coordinates.equals("half_pixel") || coordinates.equals("pytorch_half_pixel"))) {
            return Call.one(x.resize(height, width, true));
        }
        if (mode.equals("linear") && coordinates.equals("align_corners")) {
            Tensor rows = call.backend().floats(corners(shape.get(2), height), height, shape.get(2));
            Tensor columns = call.backend().floats(corners(shape.get(3), width), width, shape.get(3));
            return Call.one(rows.matMul(x.matMul(columns.transpose(1, 0))));
        }
        boolean wholeFactor = height % shape.get(2) == 0 && width % shape.get(3) == 0;
        boolean floorOrWhole = call.node().is("Upsample")
                || call.attribute("nearest_mode", "round_prefer_floor").equals("floor");
        if (mode.equals("nearest") && coordinates.equals("asymmetric") && floorOrWhole) {
            return Call.one(x.resize(height, width, false));
        }
        // By a whole factor, half_pixel rounds to the same neighbour.
        if (mode.equals("nearest") && coordinates.equals("half_pixel") && wholeFactor) {
            return Call.one(x.resize(height, width, false));
        }
        throw call.unsupported("mode " + mode + " with " + coordinates + " is not supported");
    }

    /** Linear interpolation of {@code from} points at {@code to} places, ends on ends, as a matrix [to, from]; the engine has none. */
    private static float[] corners(long from, long to) {
        float[] matrix = new float[Math.toIntExact(from * to)];
        for (int i = 0; i < to; i++) {
            double place = to == 1 ? 0 : (double) i * (from - 1) / (to - 1);
            int low = (int) Math.min(from - 1, (long) Math.floor(place));
            int high = (int) Math.min(from - 1, low + 1L);
            matrix[(int) (i * from) + low] += (float) (1 - (place - low));
            matrix[(int) (i * from) + high] += (float) (place - low);
        }
        return matrix;
    }

    private static double[] floats(Call call, int input) {
        if (call.value(input) instanceof Value.Host host) {
            return host.data();
        }
        float[] values = call.tensor(input).toFloats();
        double[] widened = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            widened[i] = values[i];
        }
        return widened;
    }
}
