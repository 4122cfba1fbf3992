package dev.edgewright.training.op;

import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.tensor.Shape;
import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;

/** Constants of a graph as values: small ones on the JVM, the others in the engine. */
public final class Constants {

    /** Integer and scalar constants up to this many elements stay on the JVM. */
    private static final long SMALL = 4096;

    private Constants() {}

    /** An initialiser, or the tensor of a Constant node. */
    public static Value of(dev.edgewright.compression.graph.Tensor tensor, TensorBackend backend) {
        boolean isFloat = isFloat(tensor.type());
        if (tensor.elements() <= (isFloat ? 1 : SMALL)) {
            return host(tensor);
        }
        return new Value.Dense(
                isFloat
                        ? backend.floats(tensor.toFloats(), tensor.sizes())
                        : backend.longs(tensor.toLongs(), tensor.sizes()));
    }

    static Value of(Node node, TensorBackend backend) {
        for (Attribute attribute : node.attributes()) {
            switch (attribute.name()) {
                case "value" -> {
                    return of(attribute.tensorValue(), backend);
                }
                case "value_float" -> {
                    return Value.Host.scalar(Tensor.Type.FLOAT, attribute.floatValue());
                }
                case "value_int" -> {
                    return Value.Host.scalar(Tensor.Type.INT64, attribute.intValue());
                }
                case "value_ints" -> {
                    return Value.Host.longs(attribute.intValues());
                }
                case "value_floats" -> {
                    float[] values = attribute.floatValues();
                    double[] data = new double[values.length];
                    for (int i = 0; i < data.length; i++) {
                        data[i] = values[i];
                    }
                    return new Value.Host(Tensor.Type.FLOAT, data, Shape.of(data.length));
                }
                default -> {}
            }
        }
        throw new TrainingException(
                TrainingException.Code.OPERATOR_FORM_UNSUPPORTED,
                "node " + node.label() + " (Constant) holds neither a tensor nor numbers");
    }

    static Value.Host host(dev.edgewright.compression.graph.Tensor tensor) {
        Shape shape = new Shape(tensor.sizes());
        double[] data = new double[Math.toIntExact(tensor.elements())];
        if (isFloat(tensor.type())) {
            float[] values = tensor.toFloats();
            for (int i = 0; i < data.length; i++) {
                data[i] = values[i];
            }
            return new Value.Host(Tensor.Type.FLOAT, data, shape);
        }
        long[] values = tensor.toLongs();
        for (int i = 0; i < data.length; i++) {
            data[i] = values[i];
        }
        return new Value.Host(tensor.type() == ElementType.BOOL ? Tensor.Type.BOOL : Tensor.Type.INT64, data, shape);
    }

    static boolean isFloat(ElementType type) {
        return type == ElementType.FLOAT
                || type == ElementType.DOUBLE
                || type == ElementType.FLOAT16
                || type == ElementType.BFLOAT16;
    }
}
