package dev.edgewright.benchmarks.models;

import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Shape;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.ValueInfo;
import java.util.List;

/** Appends to an encoder of the BERT family what makes a classifier of it: the masked mean of its tokens at length 1, and a dense layer. */
final class EncoderClassifier {

    private static final int FLOAT = 1;

    /** The value that holds the sentence's embedding, [N, width]. */
    static final String EMBEDDING = "embedding";

    private EncoderClassifier() {}

    /** The encoder with {@code embedding} as its only output, [N, width]. */
    static Graph embedding(Graph encoder, int width) {
        GraphEdit edit = encoder.edit();
        String hidden = encoder.outputs().get(0).name();
        edit.add(op("Cast", "attention_mask", "mask_float", Attribute.ofInt("to", FLOAT)));
        edit.add(op("Unsqueeze", "mask_float", "mask_column", Attribute.ofInts("axes", 2)));
        edit.add(Node.of("Mul", "pool_Mul", List.of(hidden, "mask_column"), List.of("masked")));
        edit.add(sum("ReduceSum", "masked", "token_sum", 0));
        edit.add(sum("ReduceSum", "mask_column", "token_count", 0));
        edit.add(Node.of("Div", "pool_Div", List.of("token_sum", "token_count"), List.of("token_mean")));
        edit.add(sum("ReduceL2", "token_mean", "token_norm", 1));
        edit.add(Node.of("Div", "norm_Div", List.of("token_mean", "token_norm"), List.of(EMBEDDING)));
        edit.setOutputs(List.of(scores(EMBEDDING, width)));
        return edit.build();
    }

    private static ValueInfo scores(String name, int width) {
        return ValueInfo.tensor(name, ElementType.FLOAT, Shape.ofMixed("batch_size", width));
    }

    private static Node op(String op, String input, String output, Attribute attribute) {
        return Node.of(op, "pool_" + op, List.of(input), List.of(output), attribute);
    }

    private static Node sum(String op, String input, String output, int keep) {
        return Node.of(
                op,
                output + "_" + op,
                List.of(input),
                List.of(output),
                Attribute.ofInts("axes", 1),
                Attribute.ofInt("keepdims", keep));
    }

    /** The embedding with two scores on top, {@code logits} [N, 2]: half the weighted sum against and for class 1. */
    static Graph classifier(Graph embedding, LogisticHead head) {
        int width = head.weights().length;
        float[] weights = new float[width * 2];
        for (int j = 0; j < width; j++) {
            weights[2 * j] = -head.weights()[j] / 2;
            weights[2 * j + 1] = head.weights()[j] / 2;
        }
        GraphEdit edit = embedding.edit();
        edit.put(Tensor.ofFloats("head.weight", weights, width, 2));
        edit.put(Tensor.ofFloats("head.bias", new float[] {-head.bias() / 2, head.bias() / 2}, 2));
        edit.add(Node.of("Gemm", "head", List.of(EMBEDDING, "head.weight", "head.bias"), List.of("logits")));
        edit.setOutputs(List.of(scores("logits", 2)));
        return edit.build();
    }
}
