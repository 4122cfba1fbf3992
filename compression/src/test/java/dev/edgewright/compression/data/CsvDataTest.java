package dev.edgewright.compression.data;

import static dev.edgewright.compression.data.DataFolder.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.edgewright.compression.CompressionException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvDataTest {

    private static final String FLOWERS = """
            id,length,width,kind,height
            1,1.5,10,"setosa, wild",7
            2,2.5,20,virginica,8
            3,-3e0,30,"setosa, wild",9
            4,4.5,40,"a ""b""\nc",10
            """;

    @TempDir
    Path temp;

    private DataFolder folder;

    @BeforeEach
    void flowers() throws IOException {
        folder = new DataFolder(temp).text("flowers.csv", FLOWERS);
    }

    private Batch all(String inputs, String labels) throws IOException {
        Split split = folder.open("inputs:\n  x: " + inputs + "\nlabels: " + labels + "\n")
                .validation();
        return split.first((int) split.size());
    }

    @Test
    void namedColumnsComeInTheOrderTheyAreNamed() throws IOException {
        Batch batch = all("{csv: flowers.csv, columns: [width, length]}", "{csv: flowers.csv, column: kind}");
        assertThat(batch.inputs().get("x").sizes()).containsExactly(4, 2);
        assertThat(batch.inputs().get("x").toFloats()).containsExactly(10, 1.5f, 20, 2.5f, 30, -3, 40, 4.5f);
    }

    @Test
    void classNamesAreNumberedInSortedOrderOrAsListed() throws IOException {
        assertThat(all("{csv: flowers.csv, columns: [width]}", "{csv: flowers.csv, column: kind}")
                        .labels())
                .containsExactly(1, 2, 1, 0);
        assertThat(all(
                                "{csv: flowers.csv, columns: [width]}",
                                "{csv: flowers.csv, column: kind, classes: [virginica, 'setosa, wild', \"a \\\"b\\\"\\nc\"]}")
                        .labels())
                .containsExactly(1, 0, 1, 2);
    }

    @Test
    void wholeNumbersAreClassesAsTheyAre() throws IOException {
        assertThat(all("{csv: flowers.csv, columns: [width]}", "{csv: flowers.csv, column: height}")
                        .labels())
                .containsExactly(7, 8, 9, 10);
    }

    @Test
    void withoutAListAllColumnsButTheLabelAreRead() throws IOException {
        folder.text("t.csv", "a;y;b\n1;0;2\n3;1;4\n");
        Batch batch = all("{csv: t.csv, delimiter: ';'}", "{csv: t.csv, column: y, delimiter: ';'}");
        assertThat(batch.inputs().get("x").toFloats()).containsExactly(1, 2, 3, 4);
    }

    @Test
    void withoutAHeaderColumnsHaveNumbers() throws IOException {
        folder.text("t.csv", "1,2,0\r\n3,4,1\r\n");
        Batch batch = all("{csv: t.csv, header: false, columns: [2]}", "{csv: t.csv, header: false, column: 3}");
        assertThat(batch.inputs().get("x").toFloats()).containsExactly(2, 4);
        assertThat(batch.labels()).containsExactly(0, 1);
    }

    @Test
    void aMarkAtTheBeginningAndAMissingLastLineEndAreNoDifference() throws IOException {
        folder.text("t.csv", "\uFEFFa,y\n5,1");
        assertThat(all("{csv: t.csv, columns: [a]}", "{csv: t.csv, column: y}")
                        .inputs()
                        .get("x")
                        .toFloats())
                .containsExactly(5);
    }

    @Test
    void gzippedTablesAreReadUnderTheirPlainName() throws IOException {
        try (var out = new GZIPOutputStream(Files.newOutputStream(temp.resolve("z.csv.gz")))) {
            out.write("a,y\n5,1\n".getBytes());
        }
        assertThat(all("{csv: z.csv, columns: [a]}", "{csv: z.csv, column: y}").labels())
                .containsExactly(1);
    }

    @Test
    void givenMeanAndStdGoByColumn() throws IOException {
        Batch batch = all(
                "{csv: flowers.csv, columns: [length, width], mean: [0.5, 10], std: [1, 10]}",
                "{csv: flowers.csv, column: height}");
        assertThat(batch.inputs().get("x").toFloats()).containsExactly(1, 0, 2, 1, -3.5f, 2, 4, 3);
    }

    @Test
    void standardisingMeasuresTheNamedSplitAloneAndAppliesToAll() throws IOException {
        DataSource data = folder.open("""
                inputs:
                  x: {csv: flowers.csv, columns: [width, id], standardise: calibration}
                splits: {calibration: 0..2, validation: 2..4}
                """);
        float[] calibration = data.calibration().first(2).inputs().get("x").toFloats();
        assertThat(calibration).containsExactly(-1, -1, 1, 1);
        float[] validation = data.validation().first(2).inputs().get("x").toFloats();
        assertThat(validation).containsExactly(3, 3, 5, 5);
    }

    @Test
    void aColumnThatNeverChangesBecomesZero() throws IOException {
        folder.text("t.csv", "a\n7\n7\n7\n");
        DataSource data =
                folder.open("inputs:\n  x: {csv: t.csv, standardise: calibration}\nsplits: {calibration: 0..3}\n");
        assertThat(data.calibration().first(3).inputs().get("x").toFloats()).containsExactly(0, 0, 0);
    }

    @Test
    void wholeNumbersAreReadAsIndices() throws IOException {
        Batch batch = all("{csv: flowers.csv, columns: [id], type: int64}", "{csv: flowers.csv, column: height}");
        assertThat(batch.inputs().get("x").toLongs()).containsExactly(1, 2, 3, 4);
        refuses(
                () -> all("{csv: flowers.csv, columns: [length], type: int64}", "{csv: flowers.csv, column: height}"),
                Code.DATA_INVALID,
                "row 1",
                "length",
                "1.5");
    }

    @Test
    void anotherFileServesAnotherSplitWithTheSameClassNumbers() throws IOException {
        folder.text("test.csv", "length,kind\n9,virginica\n");
        DataSource data = folder.open("""
                inputs:
                  x: {csv: flowers.csv, columns: [length]}
                labels: {csv: flowers.csv, column: kind}
                splits: {validation: 0..4, test: {files: {x: test.csv, labels: test.csv}}}
                """);
        assertThat(data.test().first(1).labels()).containsExactly(2);
        assertThat(data.test().first(1).inputs().get("x").toFloats()).containsExactly(9);
    }

    @Test
    void numbersAreLabelsForMetricsOfNumbers() throws IOException {
        Batch batch = folder.open("""
                inputs:
                  x: {csv: flowers.csv, columns: [width]}
                labels: {csv: flowers.csv, columns: [length, height]}
                metric: mae
                """).validation().first(2);
        assertThat(batch.hasLabels()).isFalse();
        assertThat(batch.targetsOf(1)).containsExactly(2.5f, 8);
    }

    @Test
    void aMissingColumnIsNamedWithTheOnesThereAre() {
        refuses(
                () -> all("{csv: flowers.csv, columns: [girth]}", "{csv: flowers.csv, column: kind}"),
                Code.DATA_INVALID,
                "flowers.csv",
                "girth",
                "[id, length, width, kind, height]");
        refuses(
                () -> all("{csv: flowers.csv, columns: [width]}", "{csv: flowers.csv, column: sort}"),
                Code.DATA_INVALID,
                "no column sort");
        refuses(
                () -> all("{csv: flowers.csv, columns: [width]}", "{csv: flowers.csv}"),
                Code.DATA_INVALID,
                "name no column");
    }

    @Test
    void aCellThatIsNoNumberIsNamedByRowLineAndColumn() throws IOException {
        folder.text("t.csv", "a,b\n1,2\n\"3\",x4\n");
        refuses(
                () -> all("{csv: t.csv, columns: [a, b]}", "{csv: flowers.csv, column: height}"),
                Code.DATA_INVALID,
                "t.csv, row 2 (line 3), column b",
                "'x4'");
    }

    @Test
    void anEmptyCellIsAnErrorUnlessSomethingStandsForIt() throws IOException {
        folder.text("t.csv", "a\n1\n?\nNA\n");
        String labels = "{csv: flowers.csv, column: height}";
        refuses(() -> all("{csv: t.csv, columns: [a]}", labels), Code.DATA_INVALID, "row 2", "column a", "missing");
        folder.text("data.yaml", "inputs:\n  x: {csv: t.csv, columns: [a], missing: -1}\n");
        assertThat(DataSource.open(temp).validation().first(3).inputs().get("x").toFloats())
                .containsExactly(1, -1, -1);
    }

    @Test
    void notANumberInTheDataIsNamed() throws IOException {
        folder.text("t.csv", "a\n1\nNaN\n");
        refuses(
                () -> folder.open("inputs:\n  x: {csv: t.csv}\n").validation().first(2),
                Code.DATA_NOT_FINITE,
                "row 2",
                "column a");
    }

    @Test
    void aRowWithTooFewFieldsIsNamed() throws IOException {
        folder.text("t.csv", "a,b\n1,2\n3\n");
        refuses(() -> folder.open("inputs:\n  x: {csv: t.csv}\n"), Code.DATA_INVALID, "row 2 (line 3)", "1 fields");
    }

    @Test
    void aQuoteThatIsNeverClosedIsNamed() throws IOException {
        folder.text("t.csv", "a,b\n1,\"2\n3,4\n");
        refuses(() -> folder.open("inputs:\n  x: {csv: t.csv}\n"), Code.DATA_INVALID, "line 2", "never closed");
    }

    @Test
    void emptyTablesAreRefused() throws IOException {
        folder.text("none.csv", "").text("header.csv", "a,b\n").text("twice.csv", "a,a\n1,2\n");
        refuses(() -> folder.open("inputs:\n  x: {csv: none.csv}\n"), Code.DATA_INVALID, "empty");
        refuses(() -> folder.open("inputs:\n  x: {csv: header.csv}\n"), Code.DATA_INVALID, "no rows");
        refuses(() -> folder.open("inputs:\n  x: {csv: twice.csv}\n"), Code.DATA_INVALID, "column a", "header: false");
    }

    @Test
    void aClassThatIsNotListedIsNamed() {
        refuses(
                () -> all(
                        "{csv: flowers.csv, columns: [width]}",
                        "{csv: flowers.csv, column: kind, classes: [virginica]}"),
                Code.LABEL_OUT_OF_RANGE,
                "row 1",
                "column kind",
                "setosa, wild",
                "[virginica]");
    }

    @Test
    void aFractionIsNoClass() throws IOException {
        folder.text("t.csv", "a,y\n1,2\n1,2.5\n");
        refuses(
                () -> all("{csv: t.csv, columns: [a]}", "{csv: t.csv, column: y}"),
                Code.DATA_INVALID,
                "row 2",
                "column y",
                "2.5");
    }

    @Test
    void meansForTheWrongNumberOfColumnsAreRefused() {
        refuses(
                () -> all(
                        "{csv: flowers.csv, columns: [id, width], mean: [1, 2, 3]}", "{csv: flowers.csv, column: id}"),
                Code.DATA_INVALID,
                "2 channels",
                "not 3");
    }

    @Test
    void theSecondReadingGivesTheSame() throws IOException {
        Split split = folder.open("inputs:\n  x: {csv: flowers.csv, columns: [length]}\n")
                .validation();
        float[] once = split.first(4).inputs().get("x").toFloats();
        float[] tail = new float[4];
        split.forEachBatch(3, batch -> {
            float[] part = batch.inputs().get("x").toFloats();
            System.arraycopy(part, 0, tail, part.length == 3 ? 0 : 3, part.length);
        });
        assertThat(tail).containsExactly(once, within(0f));
    }
}
