package dev.edgewright.training.op;

import java.util.List;

/** The forward computation of one ONNX operator, written in differentiable tensor operations. */
@FunctionalInterface
public interface Operator {

    /** The node's outputs, in order; those that nobody reads may be left out at the end. */
    List<Value> apply(Call call);
}
