package dev.edgewright.compression.data;

import static dev.edgewright.compression.data.DataFolder.refuses;
import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.compression.CompressionException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpzDataTest {

    private static final float[][] X = {{1, 2}, {3, 4}, {5, 6}};

    @TempDir
    Path temp;

    private DataFolder folder;

    @BeforeEach
    void folder() {
        folder = new DataFolder(temp);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void arraysAreNamedStoredOrCompressed(boolean compressed) throws IOException {
        folder.npz("d.npz", compressed, "features", X, "y", new long[] {0, 2, 1});
        Split split = folder.open("""
                inputs:
                  x: {file: d.npz, array: features, mean: [1, 2], std: [2, 2]}
                labels: {file: d.npz, array: y}
                """).validation();
        assertThat(split.first(3).inputs().get("x").toFloats()).containsExactly(0, 0, 1, 1, 2, 2);
        assertThat(split.first(3).labels()).containsExactly(0, 2, 1);
    }

    @Test
    void anArrayOfTheInputsNameNeedsNoNaming() throws IOException {
        folder.npz("d.npz", true, "x", X, "labels", new long[] {0, 2, 1});
        Split split = folder.open("inputs:\n  x: {file: d.npz}\nlabels: {file: d.npz}\nsplits: {validation: 1..3}\n")
                .validation();
        assertThat(split.first(2).inputs().get("x").toFloats()).containsExactly(3, 4, 5, 6);
        assertThat(split.first(2).labels()).containsExactly(2, 1);
    }

    @Test
    void standardisingWorksForArraysToo() throws IOException {
        folder.npz("d.npz", true, "x", X);
        DataSource data = folder.open(
                "inputs:\n  x: {file: d.npz, standardise: calibration}\nsplits: {calibration: 0..2, validation: 2..3}\n");
        assertThat(data.validation().first(1).inputs().get("x").toFloats()).containsExactly(3, 3);
    }

    @Test
    void numbersOfAnyWidthAreLabels() throws IOException {
        folder.npz("d.npz", true, "x", X, "y", new float[][] {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});
        Split split = folder.open("inputs:\n  x: {file: d.npz}\nlabels: {file: d.npz, array: y}\nmetric: rmse\n")
                .validation();
        assertThat(split.first(2).targetsOf(1)).containsExactly(4, 5, 6);
    }

    @Test
    void anUnknownArrayIsNamedWithTheOnesThereAre() throws IOException {
        folder.npz("d.npz", true, "a", X, "b", X);
        refuses(
                () -> folder.open("inputs:\n  x: {file: d.npz}\n"),
                Code.DATA_INVALID,
                "d.npz",
                "[a, b]",
                "array in data.yaml");
        folder.text("plain.csv", "1\n");
        refuses(
                () -> folder.open("inputs:\n  x: {file: plain.csv, array: a}\n"),
                Code.DATA_INVALID,
                "not an NPZ archive");
    }

    @Test
    void aDamagedArchiveIsSaidToBeOne() throws IOException {
        folder.npz("d.npz", true, "x", X);
        byte[] bytes = Files.readAllBytes(temp.resolve("d.npz"));
        Files.write(temp.resolve("d.npz"), Arrays.copyOf(bytes, bytes.length / 2));
        refuses(() -> folder.open("inputs:\n  x: {file: d.npz}\n"), Code.DATA_INVALID, "d.npz", "damaged");
    }

    @Test
    void notANumberNamesTheSampleAndTheArray() throws IOException {
        folder.npz("d.npz", true, "x", new float[][] {{1, 2}, {3, Float.NaN}});
        refuses(
                () -> folder.open("inputs:\n  x: {file: d.npz}\n").validation().first(2),
                Code.DATA_NOT_FINITE,
                "sample 1",
                "d.npz[x.npy]");
    }

    @Test
    void fractionsAreNoClasses() throws IOException {
        folder.npz("d.npz", true, "x", X, "y", new float[][] {{1}, {2}, {3}});
        refuses(
                () -> folder.open("inputs:\n  x: {file: d.npz}\nlabels: {file: d.npz, array: y}\n"),
                Code.DATA_INVALID,
                "whole numbers",
                "rmse");
    }

    @Test
    void aShapeThatDoesNotHoldTheNumbersIsRefused() throws IOException {
        folder.npz("d.npz", true, "x", X);
        refuses(
                () -> folder.open("inputs:\n  x: {file: d.npz, shape: [3]}\n"),
                Code.DATA_INVALID,
                "shape [3]",
                "2 numbers");
    }
}
