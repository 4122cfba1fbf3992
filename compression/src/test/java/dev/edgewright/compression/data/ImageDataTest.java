package dev.edgewright.compression.data;

import static dev.edgewright.compression.data.DataFolder.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageDataTest {

    private static final int RGB = BufferedImage.TYPE_INT_RGB;

    @TempDir
    Path temp;

    private DataFolder folder;

    @BeforeEach
    void folder() {
        folder = new DataFolder(temp);
    }

    private Tensor one(String name, int height, int width, int type, String keys) throws IOException {
        folder.picture("one/c/" + name, height, width, type, (y, x) -> 0x0a1420 + (y << 20) + (x << 4));
        return folder.open("inputs:\n  x: {images: one" + keys + "}\n")
                .validation()
                .first(1)
                .inputs()
                .get("x");
    }

    @Test
    void foldersAreClassesAndEveryRangeMixesThem() throws IOException {
        for (int i = 0; i < 40; i++) {
            int shade = i;
            folder.picture("photos/" + (i < 20 ? "cat" : "dog") + "/" + i + ".png", 2, 2, RGB, (y, x) -> shade);
        }
        Files.writeString(temp.resolve("photos/cat/.hidden.png"), "not a picture");
        Files.writeString(temp.resolve("photos/cat/notes.txt"), "not a picture either");
        DataSource data = folder.open("inputs:\n  x: {images: photos, colour: rgb}\nlabels: {images: photos}\n");
        Batch batch = data.validation().first(40);
        assertThat(batch.size()).isEqualTo(40);
        float[] values = batch.inputs().get("x").toFloats();
        for (int i = 0; i < 40; i++) {
            int shade = (int) values[i * 12 + 8]; // blue
            assertThat(batch.labels()[i]).isEqualTo(shade < 20 ? 0 : 1);
        }
        long first = Arrays.stream(batch.labels()).limit(20).sum();
        assertThat(first).as("dogs in the first half").isBetween(4L, 16L);
        assertThat(data.validation().first(40).labels()).isEqualTo(batch.labels());
    }

    @Test
    void coloursComeInTheOrderAskedFor() throws IOException {
        assertThat(one("a.png", 1, 2, RGB, "").toFloats()).containsExactly(10, 10, 20, 20, 32, 48);
        assertThat(one("a.png", 1, 2, RGB, ", colour: bgr").toFloats()).containsExactly(32, 48, 20, 20, 10, 10);
        assertThat(one("a.png", 1, 2, RGB, ", layout: NHWC").toFloats()).containsExactly(10, 20, 32, 10, 20, 48);
        assertThat(one("a.png", 1, 2, RGB, ", layout: NHWC").sizes()).containsExactly(1, 1, 2, 3);
        // 0.299 * 10 + 0.587 * 20 + 0.114 * 32 = 18.4
        assertThat(one("a.png", 1, 1, RGB, ", colour: gray").toFloats()).containsExactly(18);
    }

    @Test
    void scaleMeanAndStdGoByChannelInBothLayouts() throws IOException {
        String keys = ", scale: 0.5, mean: [5, 0, 16], std: [1, 10, 2]";
        assertThat(one("a.png", 1, 1, RGB, keys).toFloats()).containsExactly(0, 1, 0);
        assertThat(one("a.png", 1, 2, RGB, keys + ", layout: NHWC").toFloats()).containsExactly(0, 1, 0, 0, 1, 4);
    }

    @Test
    void bytesStayBytes() throws IOException {
        Tensor tensor = one("a.png", 1, 2, RGB, ", layout: NHWC, type: uint8");
        assertThat(tensor.toLongs()).containsExactly(10, 20, 32, 10, 20, 48);
    }

    @Test
    void grayPicturesKeepTheirValues() throws IOException {
        folder.picture("g/c/a.png", 1, 1, BufferedImage.TYPE_BYTE_GRAY, (y, x) -> 0);
        BufferedImage gray = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
        gray.getRaster().setSample(0, 0, 0, 100);
        gray.getRaster().setSample(1, 0, 0, 200);
        javax.imageio.ImageIO.write(gray, "png", temp.resolve("g/c/a.png").toFile());
        Split rgb = folder.open("inputs:\n  x: {images: g}\n").validation();
        assertThat(rgb.first(1).inputs().get("x").toFloats()).containsExactly(100, 200, 100, 200, 100, 200);
        Split one = folder.open("inputs:\n  x: {images: g, colour: gray}\n").validation();
        assertThat(one.first(1).inputs().get("x").toFloats()).containsExactly(100, 200);
    }

    @Test
    void transparencyAndPalettesAreRead() throws IOException {
        assertThat(one("a.png", 1, 1, BufferedImage.TYPE_INT_ARGB, "").sizes()).containsExactly(1, 3, 1, 1);
        folder.picture("p/c/a.gif", 1, 1, BufferedImage.TYPE_BYTE_INDEXED, (y, x) -> 0xff0000);
        assertThat(folder.open("inputs:\n  x: {images: p}\n")
                        .validation()
                        .first(1)
                        .inputs()
                        .get("x")
                        .toFloats())
                .containsExactly(255, 0, 0);
    }

    @Test
    void jpegIsReadUpToItsLoss() throws IOException {
        folder.picture("j/c/a.jpg", 16, 16, RGB, (y, x) -> 0x4080c0);
        float[] values = folder.open("inputs:\n  x: {images: j}\n")
                .validation()
                .first(1)
                .inputs()
                .get("x")
                .toFloats();
        assertThat(values[0]).isCloseTo(0x40, within(3f));
        assertThat(values[256]).isCloseTo(0x80, within(3f));
        assertThat(values[512]).isCloseTo(0xc0, within(3f));
    }

    @Test
    void shrinkingAveragesAndNearestPicks() throws IOException {
        folder.picture("s/c/a.png", 1, 4, RGB, (y, x) -> x % 2 == 0 ? 0 : 0xffffff);
        float[] smooth = folder.open("inputs:\n  x: {images: s, colour: gray, size: [1, 2]}\n")
                .validation()
                .first(1)
                .inputs()
                .get("x")
                .toFloats();
        // Triangles of reach 2 around 1 and 3: weights 3,3,1 and 1,3,3 of 7.
        assertThat(smooth).containsExactly(Math.round(255 * 3 / 7f), Math.round(255 * 4 / 7f));
        float[] picked = folder.open("inputs:\n  x: {images: s, colour: gray, size: [1, 2], interpolation: nearest}\n")
                .validation()
                .first(1)
                .inputs()
                .get("x")
                .toFloats();
        assertThat(picked).containsExactly(255, 255);
    }

    @Test
    void theShorterSideIsFittedAndTheMiddleCut() throws IOException {
        folder.picture("s/c/a.png", 2, 6, RGB, (y, x) -> x == 2 || x == 3 ? 0xffffff : 0);
        Tensor tensor = folder.open("inputs:\n  x: {images: s, colour: gray, resize: shortest, size: 2, crop: 2}\n")
                .validation()
                .first(1)
                .inputs()
                .get("x");
        assertThat(tensor.sizes()).containsExactly(1, 1, 2, 2);
        assertThat(tensor.toFloats()).containsOnly(255);
    }

    @Test
    void fittingKeepsProportionsAndFillsTheRest() throws IOException {
        folder.picture("s/c/a.png", 2, 4, RGB, (y, x) -> 0xffffff);
        float[] values = folder.open("inputs:\n  x: {images: s, colour: gray, resize: fit, size: 4, pad: 7}\n")
                .validation()
                .first(1)
                .inputs()
                .get("x")
                .toFloats();
        assertThat(values).containsExactly(7, 7, 7, 7, 255, 255, 255, 255, 255, 255, 255, 255, 7, 7, 7, 7);
    }

    @Test
    void aListingNamesPicturesAndClasses() throws IOException {
        folder.picture("raw/a.png", 1, 1, RGB, (y, x) -> 0x010000)
                .picture("raw/b.png", 1, 1, RGB, (y, x) -> 0x020000)
                .text("list.csv", "file,kind\nb.png,dog\na.png,cat\n");
        Batch batch = folder.open("""
                inputs:
                  x: {images: raw, listing: list.csv, column: file}
                labels: {csv: list.csv, column: kind}
                """).validation().first(2);
        assertThat(batch.inputs().get("x").toFloats()[0]).isEqualTo(2);
        assertThat(batch.labels()).containsExactly(1, 0);
    }

    @Test
    void aFileThatIsNoPictureIsNamed() throws IOException {
        folder.text("bad/c/a.png", "this is text");
        refuses(
                () -> folder.open("inputs:\n  x: {images: bad}\n").validation().first(1),
                Code.DATA_INVALID,
                "a.png",
                "no PNG, JPEG");
    }

    @Test
    void aPictureThatStopsInTheMiddleIsNamed() throws IOException {
        folder.picture("cut/c/a.png", 40, 40, RGB, (y, x) -> y * x * 977);
        Path file = temp.resolve("cut/c/a.png");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        refuses(
                () -> folder.open("inputs:\n  x: {images: cut}\n").validation().first(1),
                Code.DATA_INVALID,
                "a.png",
                "cannot be decoded");
    }

    @Test
    void picturesOfDifferentSizesNeedResizing() throws IOException {
        folder.picture("two/c/a.png", 2, 2, RGB, (y, x) -> 0).picture("two/c/b.png", 3, 2, RGB, (y, x) -> 0);
        refuses(
                () -> folder.open("inputs:\n  x: {images: two}\n").validation().first(2),
                Code.DATA_INVALID,
                ".png is ",
                "resize");
    }

    @Test
    void missingPicturesAndFoldersAreNamed() throws IOException {
        folder.text("list.csv", "file\ngone.png\n");
        refuses(
                () -> folder.open("inputs:\n  x: {listing: list.csv}\n")
                        .validation()
                        .first(1),
                Code.DATA_INVALID,
                "row 1",
                "gone.png");
        refuses(() -> folder.open("inputs:\n  x: {images: nowhere}\n"), Code.DATA_INVALID, "nowhere");
        Files.createDirectories(temp.resolve("empty/c"));
        refuses(() -> folder.open("inputs:\n  x: {images: empty}\n"), Code.DATA_INVALID, "no pictures");
    }

    @Test
    void confinedDataMayNotListPicturesOutside() throws IOException {
        folder.text("inner/list.csv", "file\n../a.png\n").picture("a.png", 1, 1, RGB, (y, x) -> 0);
        Files.writeString(temp.resolve("inner/data.yaml"), "inputs:\n  x: {listing: list.csv}\n");
        refuses(
                () -> DataSource.openConfined(temp.resolve("inner"))
                        .validation()
                        .first(1),
                Code.DATA_INVALID,
                "outside");
    }

    @Test
    void preparationsThatMakeNoSenseAreRefused() throws IOException {
        folder.picture("s/c/a.png", 2, 2, RGB, (y, x) -> 0);
        refuses(() -> folder.open("inputs:\n  x: {images: s, resize: fit}\n"), Code.DATA_INVALID, "size");
        refuses(() -> folder.open("inputs:\n  x: {images: s, resize: shortest, size: 4}\n"), Code.DATA_INVALID, "crop");
        refuses(() -> folder.open("inputs:\n  x: {images: s, colour: cmyk}\n"), Code.DATA_INVALID, "colour", "bgr");
        refuses(
                () -> folder.open("inputs:\n  x: {images: s, size: 4, mean: [1, 2]}\n"),
                Code.DATA_INVALID,
                "3 channels");
        refuses(
                () -> folder.open("inputs:\n  x: {images: s, crop: 3}\n")
                        .validation()
                        .first(1),
                Code.DATA_INVALID,
                "too small for the crop");
    }

    @Test
    void aFolderThatIsNoListedClassIsNamed() throws IOException {
        folder.picture("s/fish/a.png", 2, 2, RGB, (y, x) -> 0);
        refuses(
                () -> folder.open("inputs:\n  x: {images: s}\nlabels: {images: s, classes: [cat, dog]}\n"),
                Code.LABEL_OUT_OF_RANGE,
                "fish",
                "[cat, dog]");
    }
}
