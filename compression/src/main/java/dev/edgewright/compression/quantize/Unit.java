package dev.edgewright.compression.quantize;

import dev.edgewright.compression.graph.Node;
import java.util.List;
import java.util.Optional;

/**
 * A node that can run in int8, together with the ReLU or Clip behind it that the fused kernel takes over.
 *
 * @param node the operator
 * @param kind how it is quantised
 * @param clamp the Relu or Clip that disappears into the output's range
 * @param upper the upper end of that Clip, infinite for Relu
 * @param activations the inputs that carry activations
 * @param output the value behind the clamp
 */
record Unit(Node node, Kind kind, Optional<Node> clamp, float upper, List<String> activations, String output) {

    enum Kind {
        /** Conv: needs a quantised output, or ONNX Runtime keeps it float. */
        CONVOLUTION,
        /** Gemm or MatMul with a constant weight: may end in float. */
        PRODUCT,
        /** Add, Mul, Concat, pools, Sigmoid: have int8 kernels with scales of their own. */
        ARITHMETIC,
        /** Moves values without computing: the same scale on both sides. */
        MOVER
    }

    boolean hasWeight() {
        return kind == Kind.CONVOLUTION || kind == Kind.PRODUCT;
    }

    /** What this unit is called in options and reports. */
    String id() {
        return node.output(0);
    }

    boolean isNamed(java.util.Set<String> names) {
        return names.contains(node.output(0)) || !node.name().isEmpty() && names.contains(node.name());
    }
}
