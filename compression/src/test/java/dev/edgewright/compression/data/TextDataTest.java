package dev.edgewright.compression.data;

import static dev.edgewright.compression.data.DataFolder.refuses;
import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.compression.CompressionException.Code;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextDataTest {

    private static final String TOKENIZER = """
            {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": {"type": "Lowercase"},
             "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null, "decoder": null,
             "model": {"type": "WordLevel", "vocab": {"[PAD]": 0, "[UNK]": 1, "free": 2, "money": 3, "hello": 4}, "unk_token": "[UNK]"}}
            """;

    @TempDir
    Path temp;

    private DataFolder folder;

    @BeforeEach
    void folder() throws IOException {
        folder = new DataFolder(temp).text("tokenizer.json", TOKENIZER);
    }

    @Test
    void linesBecomeTokensCutAndPadded() throws IOException {
        folder.text("mails.txt", "Free money\nhello free free free money\n\n");
        Batch batch = folder.open("""
                inputs:
                  ids: {text: mails.txt, tokenizer: tokenizer.json, max-length: 4}
                  mask: {text: mails.txt, tokenizer: tokenizer.json, field: mask, max-length: 4}
                """).validation().first(3);
        assertThat(batch.inputs().get("ids").toLongs()).containsExactly(2, 3, 0, 0, 4, 2, 2, 2, 0, 0, 0, 0);
        assertThat(batch.inputs().get("mask").toLongs()).containsExactly(1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0);
    }

    @Test
    void aColumnOfATableHoldsTextsWithLineEnds() throws IOException {
        folder.text("mails.csv", "kind,body\nspam,\"free\nmoney\"\nham,hello\n");
        Batch batch = folder.open("""
                inputs:
                  ids: {text: mails.csv, column: body, tokenizer: tokenizer.json, max-length: 3}
                labels: {csv: mails.csv, column: kind, classes: [ham, spam]}
                """).validation().first(2);
        assertThat(batch.inputs().get("ids").toLongs()).containsExactly(2, 3, 0, 4, 0, 0);
        assertThat(batch.labels()).containsExactly(1, 0);
    }

    @Test
    void aTokenizerOfUnknownKindIsNamed() throws IOException {
        folder.text("mails.txt", "a\n").text("odd.json", TOKENIZER.replace("WordLevel", "Crystal"));
        refuses(
                () -> folder.open("inputs:\n  ids: {text: mails.txt, tokenizer: odd.json}\n"),
                Code.DATA_INVALID,
                "odd.json",
                "tokenizer.json of Hugging Face");
        folder.text("odd.json", "{\"hello\": 1}");
        refuses(
                () -> folder.open("inputs:\n  ids: {text: mails.txt, tokenizer: odd.json}\n"),
                Code.DATA_INVALID,
                "odd.json");
        refuses(
                () -> folder.open("inputs:\n  ids: {text: mails.txt, tokenizer: gone.json}\n"),
                Code.DATA_INVALID,
                "gone.json",
                "does not exist");
        refuses(() -> folder.open("inputs:\n  ids: {text: mails.txt}\n"), Code.DATA_INVALID, "tokenizer of ids");
    }

    @Test
    void aMissingColumnOfTextsIsNamed() throws IOException {
        folder.text("mails.csv", "kind,body\nspam,free\n");
        refuses(
                () -> folder.open("inputs:\n  ids: {text: mails.csv, column: text, tokenizer: tokenizer.json}\n"),
                Code.DATA_INVALID,
                "no column text",
                "[kind, body]");
    }

    @Test
    void anUnknownFieldIsNamedWithTheKnownOnes() throws IOException {
        folder.text("mails.txt", "a\n");
        refuses(
                () -> folder.open("inputs:\n  ids: {text: mails.txt, tokenizer: tokenizer.json, field: words}\n"),
                Code.DATA_INVALID,
                "[ids, mask, types]");
    }
}
