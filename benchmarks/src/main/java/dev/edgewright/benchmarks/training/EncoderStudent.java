package dev.edgewright.benchmarks.training;

import dev.edgewright.compression.cleanup.DeadCode;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Shape;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.ValueInfo;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.pass.PassContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Around the distillation of a smaller all-MiniLM-L6-v2 in {@code examples/spam-mails/student.yaml}: takes the encoder out of a spam filter
 * (encoder, pooling, logistic head in one graph), describes its mails without their labels, and puts the trained student under the head
 * that was fitted on the original.
 */
public final class EncoderStudent {

    /** The pooled sentence embedding inside the filter, [N, 384]; the filter ends in the node {@code head}. */
    private static final String EMBEDDING = "embedding";

    private static final int WIDTH = 384;
    private static final String[][] INPUTS = {
        {"input_ids", "ids"}, {"attention_mask", "mask"}, {"token_type_ids", "types"}
    };

    private EncoderStudent() {}

    /**
     * @param args {@code prepare FOLDER TOKENS TRAINING-MAILS}, with FOLDER holding the filter's model.onnx, mails.csv and tokenizer.json, or
     *     {@code head FOLDER STUDENT.onnx OUT.onnx}
     */
    public static void main(String[] args) throws IOException {
        if (args.length == 4 && args[0].equals("prepare")) {
            prepare(Path.of(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
        } else if (args.length == 4 && args[0].equals("head")) {
            Graph filter = OnnxFile.read(Path.of(args[1], "model.onnx"));
            OnnxFile.write(underHead(filter, OnnxFile.read(Path.of(args[2]))), Path.of(args[3]));
        } else {
            System.err.println("usage: EncoderStudent prepare FOLDER TOKENS TRAINING-MAILS | head FOLDER STUDENT OUT");
            System.exit(2);
        }
    }

    private static void prepare(Path folder, int tokens, int training) throws IOException {
        OnnxFile.write(encoder(OnnxFile.read(folder.resolve("model.onnx"))), folder.resolve("encoder.onnx"));
        StringBuilder yaml = new StringBuilder(
                "# Written by EncoderStudent: the mails of the filter, without their labels.\ninputs:\n");
        for (String[] input : INPUTS) {
            yaml.append(
                    "  %s: {text: ../mails.csv, column: text, tokenizer: ../tokenizer.json, field: %s, max-length: %d}%n"
                            .formatted(input[0], input[1], tokens));
        }
        yaml.append("output: %s%nsplits: {train: 0..%d, validation: 2500..2700, test: 3000..4000}%n"
                .formatted(EMBEDDING, training));
        Path unlabelled = Files.createDirectories(folder.resolve("unlabelled"));
        Files.writeString(unlabelled.resolve("data.yaml"), yaml);
    }

    /** The filter up to its embedding. */
    static Graph encoder(Graph filter) {
        GraphEdit edit = filter.edit();
        edit.setOutputs(List.of(ValueInfo.tensor(EMBEDDING, ElementType.FLOAT, Shape.ofMixed("batch_size", WIDTH))));
        return new DeadCode().call(edit.build(), PassContext.of(0)).graph();
    }

    /** A student's embedding under the filter's head. */
    static Graph underHead(Graph filter, Graph student) {
        Node head = filter.producer(filter.outputs().get(0).name()).orElseThrow();
        GraphEdit edit = student.edit();
        for (String read : head.reads()) {
            filter.initializer(read).ifPresent((Tensor tensor) -> edit.put(tensor));
        }
        edit.add(head);
        edit.setOutputs(filter.outputs());
        return edit.build();
    }
}
