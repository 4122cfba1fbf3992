package dev.edgewright.benchmarks.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class EncoderStudentTest {

    @Test
    void textsAreCutAtBlanksFirstPiecesFirst() {
        String words = "word ".repeat(30).strip(); // 149 characters
        List<String> pieces = EncoderStudent.pieces(List.of(words, "a short one", words), 62, 100);
        assertThat(pieces).hasSize(5).allMatch(piece -> piece.length() <= 62);
        assertThat(pieces.get(1)).isEqualTo("a short one");
        assertThat(pieces.get(0)).isEqualTo("word ".repeat(12).strip());
        assertThat(pieces.get(3)).isEqualTo(pieces.get(0));
        assertThat(EncoderStudent.pieces(List.of("x".repeat(100)), 40, 100)).hasSize(2);
        assertThat(EncoderStudent.pieces(List.of(words, words), 62, 3)).hasSize(3);
    }

    @Test
    void withoutPiecesEachTextStaysWhole() {
        List<String> texts = List.of("word ".repeat(30).strip(), "a short one");
        assertThat(EncoderStudent.training(texts, 62, 0)).isEqualTo(texts);
        assertThat(EncoderStudent.training(texts, 62, 2)).hasSize(2).isNotEqualTo(texts);
    }
}
