package dev.edgewright.agent.graphs;

import dev.edgewright.compression.onnx.proto.AttributeProto;
import dev.edgewright.compression.onnx.proto.GraphProto;
import dev.edgewright.compression.onnx.proto.ModelProto;
import dev.edgewright.compression.onnx.proto.NodeProto;
import dev.edgewright.compression.onnx.proto.OperatorSetIdProto;
import dev.edgewright.compression.onnx.proto.TensorProto;
import dev.edgewright.compression.onnx.proto.TensorShapeProto;
import dev.edgewright.compression.onnx.proto.TypeProto;
import dev.edgewright.compression.onnx.proto.ValueInfoProto;
import java.util.Arrays;
import java.util.List;

/** Builds an ONNX model node by node. Filled constants are ConstantOfShape nodes, so that a file stays a few hundred bytes. */
public final class GraphBuilder {
    private final GraphProto.Builder graph;
    private int names;

    public GraphBuilder(String name) {
        this.graph = GraphProto.newBuilder().setName(name);
    }

    /** @param shape -1 for a free dimension; null for any rank */
    public GraphBuilder input(String name, TensorProto.DataType type, long... shape) {
        graph.addInput(value(name, type, shape));
        return this;
    }

    public GraphBuilder output(String name, TensorProto.DataType type, long... shape) {
        graph.addOutput(value(name, type, shape));
        return this;
    }

    /** A scalar or one-element FP32 initialiser. */
    public String floats(long[] shape, float... values) {
        TensorProto.Builder tensor = tensor(TensorProto.DataType.FLOAT, shape);
        for (float v : values) {
            tensor.addFloatData(v);
        }
        return initializer(tensor);
    }

    /** An initialiser of a type that the format keeps in int32_data. */
    public String ints(TensorProto.DataType type, long[] shape, int... values) {
        TensorProto.Builder tensor = tensor(type, shape);
        for (int v : values) {
            tensor.addInt32Data(v);
        }
        return initializer(tensor);
    }

    /** A constant of one repeated value that the runtime folds when it loads the model. */
    public String filled(TensorProto.DataType type, Number value, long... shape) {
        TensorProto.Builder dims = tensor(TensorProto.DataType.INT64, new long[] {shape.length});
        Arrays.stream(shape).forEach(dims::addInt64Data);
        TensorProto.Builder fill = tensor(type, new long[] {1});
        if (type == TensorProto.DataType.FLOAT) {
            fill.addFloatData(value.floatValue());
        } else {
            fill.addInt32Data(value.intValue());
        }
        AttributeProto attribute = AttributeProto.newBuilder()
                .setName("value")
                .setType(AttributeProto.AttributeType.TENSOR)
                .setT(fill)
                .build();
        return node("ConstantOfShape", List.of(initializer(dims)), attribute);
    }

    /** Adds a node with one output; returns the output's name. */
    public String node(String op, List<String> inputs, AttributeProto... attributes) {
        return nodeTo("t" + names++, op, inputs, attributes);
    }

    /** Adds a node whose one output has this name. */
    public String nodeTo(String output, String op, List<String> inputs, AttributeProto... attributes) {
        graph.addNode(NodeProto.newBuilder()
                .setName(op.toLowerCase(java.util.Locale.ROOT) + names++)
                .setOpType(op)
                .addAllInput(inputs)
                .addOutput(output)
                .addAllAttribute(List.of(attributes)));
        return output;
    }

    public static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    public static AttributeProto attribute(String name, long... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        Arrays.stream(values).forEach(attribute::addInts);
        return attribute.build();
    }

    public byte[] build() {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .setProducerName("edgewright")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(graph)
                .build()
                .toByteArray();
    }

    private String initializer(TensorProto.Builder tensor) {
        String name = "c" + names++;
        graph.addInitializer(tensor.setName(name));
        return name;
    }

    private static TensorProto.Builder tensor(TensorProto.DataType type, long[] shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setDataType(type.getNumber());
        Arrays.stream(shape).forEach(tensor::addDims);
        return tensor;
    }

    private static ValueInfoProto value(String name, TensorProto.DataType type, long[] shape) {
        TypeProto.Tensor.Builder tensor = TypeProto.Tensor.newBuilder().setElemType(type.getNumber());
        if (shape == null) {
            return value(name, tensor);
        }
        TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
        for (long dimension : shape) {
            TensorShapeProto.Dimension.Builder dim = TensorShapeProto.Dimension.newBuilder();
            dims.addDim(dimension < 0 ? dim.setDimParam("n") : dim.setDimValue(dimension));
        }
        return value(name, tensor.setShape(dims));
    }

    private static ValueInfoProto value(String name, TypeProto.Tensor.Builder tensor) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }
}
