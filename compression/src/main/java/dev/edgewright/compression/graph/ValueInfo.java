package dev.edgewright.compression.graph;

import dev.edgewright.compression.onnx.proto.TensorShapeProto;
import dev.edgewright.compression.onnx.proto.TypeProto;
import dev.edgewright.compression.onnx.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The declared name and type of a value: a graph input, a graph output, or an annotation of something in between. Sequences, maps and
 * optionals keep their declaration and report no element type.
 */
public final class ValueInfo {

    private final ValueInfoProto proto;

    private ValueInfo(ValueInfoProto proto) {
        this.proto = proto;
    }

    /** Wraps a declaration as it stands in a file. */
    public static ValueInfo of(ValueInfoProto proto) {
        return new ValueInfo(proto);
    }

    /** Declares a dense tensor of known rank. */
    public static ValueInfo tensor(String name, ElementType type, Shape shape) {
        TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
        for (Dimension dim : shape.dimensions()) {
            TensorShapeProto.Dimension.Builder axis = dims.addDimBuilder();
            if (dim.isFixed()) {
                axis.setDimValue(dim.size());
            } else if (!dim.symbol().isEmpty()) {
                axis.setDimParam(dim.symbol());
            }
        }
        TypeProto.Tensor tensor = TypeProto.Tensor.newBuilder()
                .setElemType(type.number())
                .setShape(dims)
                .build();
        return new ValueInfo(ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build());
    }

    /** Names a value and says nothing about its type; ONNX Runtime infers it. */
    public static ValueInfo untyped(String name) {
        return new ValueInfo(ValueInfoProto.newBuilder().setName(name).build());
    }

    public String name() {
        return proto.getName();
    }

    /** True for a dense tensor. */
    public boolean isTensor() {
        return proto.getType().hasTensorType();
    }

    /** The element type, UNDEFINED when it is not a tensor or not declared. */
    public ElementType type() {
        return isTensor() ? ElementType.of(proto.getType().getTensorType().getElemType()) : ElementType.UNDEFINED;
    }

    /** The shape, empty when not even the rank is declared. */
    public Optional<Shape> shape() {
        if (!isTensor() || !proto.getType().getTensorType().hasShape()) {
            return Optional.empty();
        }
        List<Dimension> dims = new ArrayList<>();
        for (TensorShapeProto.Dimension dim :
                proto.getType().getTensorType().getShape().getDimList()) {
            if (dim.hasDimValue()) {
                dims.add(Dimension.of(dim.getDimValue()));
            } else if (dim.hasDimParam() && !dim.getDimParam().isEmpty()) {
                dims.add(Dimension.symbol(dim.getDimParam()));
            } else {
                dims.add(Dimension.unknown());
            }
        }
        return Optional.of(new Shape(dims));
    }

    /** The same declaration under another name. */
    public ValueInfo withName(String name) {
        return new ValueInfo(proto.toBuilder().setName(name).build());
    }

    /** The declaration as ONNX writes it. */
    public ValueInfoProto proto() {
        return proto;
    }

    @Override
    public String toString() {
        if (!isTensor()) {
            return name();
        }
        return name() + ": " + type().name().toLowerCase(java.util.Locale.ROOT)
                + shape().map(Shape::toString).orElse("[...]");
    }
}
