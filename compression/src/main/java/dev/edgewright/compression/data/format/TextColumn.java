package dev.edgewright.compression.data.format;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Texts through a Hugging Face tokenizer: [samples, maxLength] of int64, cut and padded. */
public final class TextColumn implements Column {

    /** What the tokenizer gives for each token. */
    public enum Field {
        /** The tokens' numbers. */
        IDS,
        /** 1 for tokens of the text, 0 for padding. */
        MASK,
        /** Which of two texts a token belongs to. */
        TYPES
    }

    private final String name;
    private final Texts texts;
    private final HuggingFaceTokenizer tokenizer;
    private final Field field;
    private final int maxLength;

    public TextColumn(String name, Texts texts, HuggingFaceTokenizer tokenizer, Field field, int maxLength) {
        this.name = name;
        this.texts = texts;
        this.tokenizer = tokenizer;
        this.field = field;
        this.maxLength = maxLength;
    }

    /**
     * Loads a tokenizer.json that cuts and pads to a length.
     *
     * @throws CompressionException DATA_INVALID when the file is missing, or of a kind that the tokenizers' library does not know
     */
    public static HuggingFaceTokenizer tokenizer(Path json, int maxLength) {
        if (!Files.isRegularFile(json)) {
            throw new CompressionException(Code.DATA_INVALID, "tokenizer " + json + " does not exist");
        }
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
                    Code.DATA_INVALID,
                    "cannot load the tokenizer " + json + ", which must be a tokenizer.json of Hugging Face's library: "
                            + e.getMessage(),
                    e);
        }
    }

    @Override
    public long count() {
        return texts.count();
    }

    @Override
    public Reader open(long from) {
        Texts.Reader reader = texts.open(from);
        return new Reader() {
            @Override
            public Tensor next(int samples) {
                long[] values = new long[samples * maxLength];
                for (int i = 0; i < samples; i++) {
                    long[] row = tokens(reader.next());
                    System.arraycopy(row, 0, values, i * maxLength, Math.min(row.length, maxLength));
                }
                return Tensor.ofLongs(name, values, samples, maxLength);
            }

            @Override
            public void close() {
                reader.close();
            }
        };
    }

    private long[] tokens(String text) {
        Encoding encoding = tokenizer.encode(text);
        return switch (field) {
            case IDS -> encoding.getIds();
            case MASK -> encoding.getAttentionMask();
            case TYPES -> encoding.getTypeIds();
        };
    }
}
