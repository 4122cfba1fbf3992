package dev.edgewright.compression.data;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A column of texts, one a line (gzipped or not), through a Hugging Face tokenizer: [samples, maxLength] of int64, cut and padded. */
final class TextColumn implements Column {

    /** What the tokenizer gives for each token. */
    enum Field {
        IDS,
        MASK,
        TYPES
    }

    private final String name;
    private final Path file;
    private final HuggingFaceTokenizer tokenizer;
    private final Field field;
    private final int maxLength;
    private final long count;

    TextColumn(String name, Path file, HuggingFaceTokenizer tokenizer, Field field, int maxLength) {
        this.name = name;
        this.file = file;
        this.tokenizer = tokenizer;
        this.field = field;
        this.maxLength = maxLength;
        try (BufferedReader lines = reader();
                Stream<String> stream = lines.lines()) {
            this.count = stream.count();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Loads a tokenizer.json that cuts and pads to a length. */
    static HuggingFaceTokenizer tokenizer(Path json, int maxLength) {
        // The tokenizer's library reports its use to a server unless told not to.
        System.setProperty("OPT_OUT_TRACKING", "true");
        try {
            return HuggingFaceTokenizer.builder()
                    .optTokenizerPath(json)
                    .optTruncation(true)
                    .optMaxLength(maxLength)
                    .optPadToMaxLength()
                    .build();
        } catch (IOException | RuntimeException e) {
            throw new CompressionException(
                    Code.DATA_INVALID, "cannot load the tokenizer " + json + ": " + e.getMessage(), e);
        }
    }

    private BufferedReader reader() throws IOException {
        return new BufferedReader(new InputStreamReader(Records.stream(file), StandardCharsets.UTF_8));
    }

    private CompressionException unreadable(IOException e) {
        return new CompressionException(Code.DATA_INVALID, "cannot read " + file + ": " + e.getMessage(), e);
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public Reader open(long from) {
        try {
            BufferedReader lines = reader();
            for (long i = 0; i < from; i++) {
                lines.readLine();
            }
            return new Lines(lines);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private final class Lines implements Reader {

        private final BufferedReader lines;

        private Lines(BufferedReader lines) {
            this.lines = lines;
        }

        @Override
        public Tensor next(int samples) {
            long[] values = new long[samples * maxLength];
            try {
                for (int i = 0; i < samples; i++) {
                    Encoding encoding = tokenizer.encode(lines.readLine());
                    long[] row = switch (field) {
                        case IDS -> encoding.getIds();
                        case MASK -> encoding.getAttentionMask();
                        case TYPES -> encoding.getTypeIds();
                    };
                    System.arraycopy(row, 0, values, i * maxLength, Math.min(row.length, maxLength));
                }
            } catch (IOException e) {
                throw unreadable(e);
            }
            return Tensor.ofLongs(name, values, samples, maxLength);
        }

        @Override
        public void close() {
            try {
                lines.close();
            } catch (IOException e) {
                throw unreadable(e);
            }
        }
    }
}
