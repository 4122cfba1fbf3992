package dev.edgewright.training.op;

import dev.edgewright.training.tensor.Shape;
import dev.edgewright.training.tensor.Tensor;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Arithmetic on the few numbers that the JVM holds: what graphs do with shapes. */
final class HostArithmetic {

    private HostArithmetic() {}

    static List<Value> unary(String op, Value.Host x) {
        DoubleUnaryOperator work = switch (op) {
            case "Neg" -> v -> -v;
            case "Abs" -> Math::abs;
            case "Sqrt" -> Math::sqrt;
            case "Exp" -> Math::exp;
            case "Log" -> Math::log;
            case "Floor" -> Math::floor;
            case "Ceil" -> Math::ceil;
            case "Round" -> Math::rint;
            case "Sign" -> Math::signum;
            case "Reciprocal" -> v -> 1 / v;
            default -> null;
        };
        if (work == null) {
            return List.of();
        }
        double[] data = new double[x.data().length];
        for (int i = 0; i < data.length; i++) {
            data[i] = work.applyAsDouble(x.data()[i]);
        }
        return List.of(new Value.Host(x.type(), data, x.shape()));
    }

    static Value.Host binary(String op, Value.Host a, Value.Host b) {
        boolean whole = a.type() != Tensor.Type.FLOAT;
        DoubleBinaryOperator work = switch (op) {
            case "Add" -> Double::sum;
            case "Sub" -> (x, y) -> x - y;
            case "Mul" -> (x, y) -> x * y;
            case "Div" -> (x, y) -> whole ? (double) ((long) x / (long) y) : x / y;
            case "Mod" -> (x, y) -> Math.floorMod((long) x, (long) y);
            case "Pow" -> Math::pow;
            case "Equal" -> (x, y) -> x == y ? 1 : 0;
            case "Greater" -> (x, y) -> x > y ? 1 : 0;
            case "GreaterOrEqual" -> (x, y) -> x >= y ? 1 : 0;
            case "Less" -> (x, y) -> x < y ? 1 : 0;
            case "LessOrEqual" -> (x, y) -> x <= y ? 1 : 0;
            case "And" -> (x, y) -> x != 0 && y != 0 ? 1 : 0;
            case "Or" -> (x, y) -> x != 0 || y != 0 ? 1 : 0;
            default -> throw new IllegalArgumentException("no JVM arithmetic for " + op);
        };
        Tensor.Type type = switch (op) {
            case "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "And", "Or" -> Tensor.Type.BOOL;
            default -> a.type();
        };
        Shape shape = broadcast(a.shape(), b.shape());
        double[] left = expand(a, shape).data();
        double[] right = expand(b, shape).data();
        double[] data = new double[left.length];
        for (int i = 0; i < data.length; i++) {
            data[i] = work.applyAsDouble(left[i], right[i]);
        }
        return new Value.Host(type, data, shape);
    }

    static Shape broadcast(Shape a, Shape b) {
        int rank = Math.max(a.rank(), b.rank());
        long[] result = new long[rank];
        for (int i = 1; i <= rank; i++) {
            long left = i <= a.rank() ? a.get(a.rank() - i) : 1;
            long right = i <= b.rank() ? b.get(b.rank() - i) : 1;
            if (left != right && left != 1 && right != 1) {
                throw new IllegalArgumentException("shapes " + a + " and " + b + " do not broadcast");
            }
            result[rank - i] = left == 1 ? right : left;
        }
        return new Shape(result);
    }

    static Value.Host expand(Value.Host value, Shape shape) {
        if (value.shape().equals(shape)) {
            return value;
        }
        double[] data = new double[Math.toIntExact(shape.elements())];
        int lead = shape.rank() - value.shape().rank();
        for (int i = 0; i < data.length; i++) {
            long rest = i;
            long index = 0;
            long stride = 1;
            for (int axis = shape.rank() - 1; axis >= lead; axis--) {
                long coordinate = rest % shape.get(axis);
                rest /= shape.get(axis);
                long length = value.shape().get(axis - lead);
                index += (length == 1 ? 0 : coordinate) * stride;
                stride *= length;
            }
            data[i] = value.data()[(int) index];
        }
        return new Value.Host(value.type(), data, shape);
    }
}
