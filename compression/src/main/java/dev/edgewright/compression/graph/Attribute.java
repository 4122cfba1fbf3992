package dev.edgewright.compression.graph;

import com.google.protobuf.ByteString;
import dev.edgewright.compression.onnx.proto.AttributeProto;
import dev.edgewright.compression.onnx.proto.AttributeProto.AttributeType;
import dev.edgewright.compression.onnx.proto.GraphProto;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** A named constant of a node: a number, a string, a list, a tensor or a subgraph. */
public final class Attribute {

    private final AttributeProto proto;

    private Attribute(AttributeProto proto) {
        this.proto = proto;
    }

    public static Attribute of(AttributeProto proto) {
        return new Attribute(proto);
    }

    public static Attribute ofInt(String name, long value) {
        return new Attribute(start(name, AttributeType.INT).setI(value).build());
    }

    public static Attribute ofFloat(String name, float value) {
        return new Attribute(start(name, AttributeType.FLOAT).setF(value).build());
    }

    public static Attribute ofString(String name, String value) {
        return new Attribute(start(name, AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value))
                .build());
    }

    public static Attribute ofInts(String name, long... values) {
        AttributeProto.Builder builder = start(name, AttributeType.INTS);
        Arrays.stream(values).forEach(builder::addInts);
        return new Attribute(builder.build());
    }

    public static Attribute ofFloats(String name, float... values) {
        AttributeProto.Builder builder = start(name, AttributeType.FLOATS);
        for (float value : values) {
            builder.addFloats(value);
        }
        return new Attribute(builder.build());
    }

    public static Attribute ofTensor(String name, Tensor value) {
        return new Attribute(
                start(name, AttributeType.TENSOR).setT(value.inlineProto()).build());
    }

    public static Attribute ofGraph(String name, GraphProto value) {
        return new Attribute(start(name, AttributeType.GRAPH).setG(value).build());
    }

    private static AttributeProto.Builder start(String name, AttributeType type) {
        return AttributeProto.newBuilder().setName(name).setType(type);
    }

    public String name() {
        return proto.getName();
    }

    public long intValue() {
        return proto.getI();
    }

    public float floatValue() {
        return proto.getF();
    }

    public String stringValue() {
        return proto.getS().toStringUtf8();
    }

    public long[] intValues() {
        return proto.getIntsList().stream().mapToLong(Long::longValue).toArray();
    }

    public float[] floatValues() {
        float[] values = new float[proto.getFloatsCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = proto.getFloats(i);
        }
        return values;
    }

    /** The tensor; fails when it is kept outside the file, which ONNX allows for initialisers only in practice. */
    public Tensor tensorValue() {
        return Tensor.of(proto.getT());
    }

    /** The attribute as ONNX writes it. */
    public AttributeProto proto() {
        return proto;
    }

    @Override
    public String toString() {
        String value = switch (proto.getType()) {
            case INT -> Long.toString(proto.getI());
            case FLOAT -> Float.toString(proto.getF());
            case STRING -> '"' + stringValue() + '"';
            case INTS -> proto.getIntsList().toString().replace(" ", "");
            case FLOATS -> proto.getFloatsList().toString().replace(" ", "");
            case STRINGS ->
                proto.getStringsList().stream()
                        .map(ByteString::toStringUtf8)
                        .collect(Collectors.joining(",", "[", "]"));
            case TENSOR -> "tensor" + proto.getT().getDimsList().toString().replace(" ", "");
            case GRAPH -> "graph(" + proto.getG().getNodeCount() + " nodes)";
            default -> proto.getType().name().toLowerCase(Locale.ROOT);
        };
        return name() + "=" + value;
    }
}
