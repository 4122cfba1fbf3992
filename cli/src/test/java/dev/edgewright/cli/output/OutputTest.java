package dev.edgewright.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.cli.output.Table.Cell;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputTest {
    private final StringWriter out = new StringWriter();
    private final Terminal plain =
            new Terminal(new PrintWriter(out, true), new PrintWriter(out, true), false, false, 40);
    private final Terminal colour =
            new Terminal(new PrintWriter(out, true), new PrintWriter(out, true), true, true, 40);

    @Test
    void numbersStandOnTheRightAndTheirHeadingsToo() {
        Table table = Table.of("name", "size").row("a", Cell.number("1")).row("long-name", Cell.number("1000"));

        assertThat(table.lines(plain)).containsExactly("NAME       SIZE", "a             1", "long-name  1000");
    }

    @Test
    void coloursDoNotMoveColumns() {
        Table table = Table.of("state", "x").row(Cell.state("FAILED"), "y").row(Cell.state("COMMITTED"), "z");

        List<String> bare = table.lines(colour).stream()
                .map(l -> l.replaceAll("\u001b\\[\\d+m", ""))
                .toList();
        assertThat(bare).isEqualTo(table.lines(plain));
        assertThat(table.lines(colour).get(1)).contains("\u001b[31mFAILED");
    }

    @Test
    void aTerminalCutsTheLastColumnAndAFileDoesNot() {
        Table table = Table.of("a", "why").row("x", "w".repeat(80));

        assertThat(table.lines(colour).get(1)).endsWith("…").hasSizeLessThan(60);
        assertThat(table.lines(plain).get(1)).hasSize(83);
    }

    @ParameterizedTest
    @CsvSource({"0,0 B", "999,999 B", "1000,1.00 kB", "1234567,1.23 MB", "999999,1.00 MB", "4000000000,4.00 GB", "-1,-"
    })
    void bytes(double bytes, String words) {
        assertThat(Words.bytes(bytes)).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource({"0.4213,0.421 ms", "1.5,1.50 ms", "15.04,15.0 ms", "150.4,150 ms", "1500,1.50 s", "NaN,-"})
    void milliseconds(double ms, String words) {
        assertThat(Words.milliseconds(ms)).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource({"0.00123,1.23 mJ", "0.00000123,1.23 µJ", "2.5,2.50 J", "0,0.000 J", "NaN,-"})
    void joules(double joules, String words) {
        assertThat(Words.joules(joules)).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource({"4,4s", "65,1m5s", "3725,1h2m", "90000,1d1h", "-3,0s"})
    void durations(long seconds, String words) {
        assertThat(Words.duration(Duration.ofSeconds(seconds))).isEqualTo(words);
    }

    @Test
    void barsAreAsWideAsAskedAndNeverOverflow() {
        assertThat(ProgressBar.of(plain, 1, 2, 10)).isEqualTo("[#####.....]");
        assertThat(ProgressBar.of(plain, 5, 2, 4)).isEqualTo("[####]");
        assertThat(ProgressBar.of(plain, 1, 0, 4)).isEqualTo("[....]");
        assertThat(ProgressBar.of(plain, Double.NaN, 1, 4)).isEqualTo("[....]");
        assertThat(ProgressBar.of(colour, 33, 100, 10).replaceAll("\u001b\\[\\d+m", ""))
                .hasSize(10);
    }

    @Test
    void aBlockIsDrawnOverItselfOnATerminalOnly() {
        try (LiveView view = new LiveView(plain)) {
            view.show(List.of("a", "b"));
            view.note("kept");
        }
        assertThat(out.toString()).isEqualTo("kept\n");
        out.getBuffer().setLength(0);
        try (LiveView view = new LiveView(colour)) {
            view.show(List.of("a", "b"));
            view.show(List.of("c"));
        }
        assertThat(out.toString()).contains("a\n").contains("\u001b[2A").contains("c\n");
    }

    @Test
    void noColorIsRespected() {
        System.setProperty("edgewright.tty", "true");
        try {
            assertThat(Terminal.system(Map.of("TERM", "xterm")).colour()).isTrue();
            assertThat(Terminal.system(Map.of("TERM", "xterm", "NO_COLOR", "1")).colour())
                    .isFalse();
            assertThat(Terminal.system(Map.of("TERM", "dumb")).colour()).isFalse();
        } finally {
            System.clearProperty("edgewright.tty");
        }
    }
}
