package dev.edgewright.compression.graph;

import java.util.Optional;

/** Reads Constant nodes as tensors, whichever of their attributes holds the value. */
final class Constants {

    private Constants() {}

    static Optional<Tensor> of(Node node) {
        if (!node.is("Constant") || node.attributes().isEmpty()) {
            return Optional.empty();
        }
        String name = node.output(0);
        Attribute value = node.attributes().get(0);
        return switch (value.name()) {
            case "value" -> Optional.of(value.tensorValue().withName(name));
            case "value_int" -> Optional.of(Tensor.ofLongs(name, new long[] {value.intValue()}));
            case "value_ints" -> {
                long[] values = value.intValues();
                yield Optional.of(Tensor.ofLongs(name, values, values.length));
            }
            case "value_float" -> Optional.of(Tensor.scalar(name, value.floatValue()));
            case "value_floats" -> {
                float[] values = value.floatValues();
                yield Optional.of(Tensor.ofFloats(name, values, values.length));
            }
            default -> Optional.empty();
        };
    }
}
