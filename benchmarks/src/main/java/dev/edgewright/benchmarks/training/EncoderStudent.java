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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Around the distillation of a smaller all-MiniLM-L6-v2 in {@code examples/spam-mails/student.yaml}: takes the encoder out of a spam filter
 * (encoder, pooling, logistic head in one graph), cuts its training mails into pieces without labels, and puts the trained student under the head
 * that was fitted on the original.
 */
public final class EncoderStudent {

    /** The pooled sentence embedding inside the filter, [N, 384]; the filter ends in the node {@code head}. */
    private static final String EMBEDDING = "embedding";

    private static final int WIDTH = 384;
    /** The filter's mails as PrepareSpamMails left them: its head was fitted on the first 2,500, and 3,000 to 4,000 are its test. */
    private static final int TRAINING = 2500;

    private static final int VALIDATION = 200;
    private static final int TEST = 3000;
    /** A token of English has about four letters; a piece much shorter than that is no sentence. */
    private static final int CHARACTERS = 4;

    private static final int SHORTEST = 40;
    private static final String[][] INPUTS = {
        {"input_ids", "ids"}, {"attention_mask", "mask"}, {"token_type_ids", "types"}
    };

    private EncoderStudent() {}

    /**
     * @param args {@code prepare FOLDER TOKENS [PIECES]}, with FOLDER holding the filter's model.onnx, mails.csv and tokenizer.json; without PIECES
     *     each training mail is one sample, of which the tokenizer takes the first TOKENS; or {@code head FOLDER STUDENT.onnx OUT.onnx}
     */
    public static void main(String[] args) throws IOException {
        if ((args.length == 3 || args.length == 4) && args[0].equals("prepare")) {
            prepare(Path.of(args[1]), Integer.parseInt(args[2]), args.length == 4 ? Integer.parseInt(args[3]) : 0);
        } else if (args.length == 4 && args[0].equals("head")) {
            Graph filter = OnnxFile.read(Path.of(args[1], "model.onnx"));
            OnnxFile.write(underHead(filter, OnnxFile.read(Path.of(args[2]))), Path.of(args[3]));
        } else {
            System.err.println("usage: EncoderStudent prepare FOLDER TOKENS [PIECES] | head FOLDER STUDENT OUT");
            System.exit(2);
        }
    }

    private static void prepare(Path folder, int tokens, int training) throws IOException {
        OnnxFile.write(encoder(OnnxFile.read(folder.resolve("model.onnx"))), folder.resolve("encoder.onnx"));
        List<String> mails = mails(folder.resolve("mails.csv"));
        List<String> texts = new ArrayList<>(training(mails.subList(0, TRAINING), CHARACTERS * tokens, training));
        int pieces = texts.size();
        texts.addAll(mails.subList(TRAINING, TRAINING + VALIDATION));
        texts.addAll(mails.subList(TEST, mails.size()));
        Path unlabelled = Files.createDirectories(folder.resolve("unlabelled"));
        Files.write(
                unlabelled.resolve("texts.csv"),
                Stream.concat(Stream.of("text"), texts.stream().map(text -> "\"" + text.replace("\"", "\"\"") + "\""))
                        .toList());
        StringBuilder yaml = new StringBuilder(
                "# Written by EncoderStudent: the filter's training mails or pieces of them, then other mails, all without labels.\ninputs:\n");
        for (String[] input : INPUTS) {
            yaml.append(
                    "  %s: {text: texts.csv, column: text, tokenizer: ../tokenizer.json, field: %s, max-length: %d}%n"
                            .formatted(input[0], input[1], tokens));
        }
        yaml.append("output: %s%nsplits: {train: 0..%d, validation: %d..%d, test: %d..%d}%n"
                .formatted(EMBEDDING, pieces, pieces, pieces + VALIDATION, pieces + VALIDATION, texts.size()));
        Files.writeString(unlabelled.resolve("data.yaml"), yaml);
        System.out.println(pieces + " texts to train on");
    }

    /** The column text of mails.csv, which has a mail a line. */
    private static List<String> mails(Path csv) throws IOException {
        return Files.readAllLines(csv).stream()
                .skip(1)
                .map(line -> line.substring(1, line.lastIndexOf("\",")).replace("\"\"", "\""))
                .toList();
    }

    /** The texts themselves, or with a number of pieces so many of those. */
    static List<String> training(List<String> texts, int length, int pieces) {
        return pieces == 0 ? texts : pieces(texts, length, pieces);
    }

    /**
     * Texts cut at blanks: the first piece of each, then the second of each that has one, and so on.
     *
     * @param length of a piece at most, characters
     * @param most how many pieces at most
     */
    static List<String> pieces(List<String> texts, int length, int most) {
        List<String> rest = texts;
        List<String> pieces = new ArrayList<>();
        while (!rest.isEmpty() && pieces.size() < most) {
            List<String> behind = new ArrayList<>();
            for (String text : rest) {
                int blank = text.lastIndexOf(' ', length);
                int end = text.length() <= length ? text.length() : blank > length / 2 ? blank : length;
                pieces.add(text.substring(0, end));
                String left = text.substring(end).strip();
                if (left.length() >= SHORTEST) {
                    behind.add(left);
                }
            }
            rest = behind;
        }
        return List.copyOf(pieces.subList(0, Math.min(most, pieces.size())));
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
