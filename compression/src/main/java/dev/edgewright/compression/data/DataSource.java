package dev.edgewright.compression.data;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The data that goes with a model. Described by a {@code data.yaml}:
 *
 * <pre>{@code
 * inputs:
 *   image: {file: train-images.idx3-ubyte, scale: 0.00392156862745098, mean: [0.2860], std: [0.3530], layout: NCHW}
 * labels: {file: train-labels.idx1-ubyte}
 * output: logits
 * metric: top1
 * splits:
 *   calibration: 0..512
 *   validation: 512..2560
 *   test: {files: {image: t10k-images.idx3-ubyte, labels: t10k-labels.idx1-ubyte}, range: 0..10000}
 * }</pre>
 */
public final class DataSource {

    /** The range that weights are trained on. */
    public static final String TRAIN = "train";

    /** The range that calibration reads. */
    public static final String CALIBRATION = "calibration";

    /** The range that decisions are made on. */
    public static final String VALIDATION = "validation";

    /** The range that no decision may look at. */
    public static final String TEST = "test";

    private final Map<String, Split> splits;
    private final Task task;
    private final String digest;
    private Path origin;
    private boolean confined;

    DataSource(Map<String, Split> splits, Task task, String digest) {
        this.splits = splits;
        this.task = task;
        this.digest = digest;
    }

    /**
     * Opens a folder with a data.yaml, or the YAML file itself. Files may lie anywhere.
     *
     * @throws CompressionException DATA_INVALID, naming the key or the file
     */
    public static DataSource open(Path folderOrYaml) {
        return opened(yaml(folderOrYaml), false);
    }

    /** As {@link #open}, refusing files outside the folder: for data that came from somewhere else. */
    public static DataSource openConfined(Path folderOrYaml) {
        return opened(yaml(folderOrYaml), true);
    }

    private static DataSource opened(Path yaml, boolean confined) {
        DataSource source = DataYaml.read(yaml, confined);
        source.origin = yaml.toAbsolutePath();
        source.confined = confined;
        return source;
    }

    /** The data.yaml that describes this data, for another process that is to open the same. */
    public Path origin() {
        return origin;
    }

    /** Whether files outside the data's folder are refused. */
    public boolean confined() {
        return confined;
    }

    private static Path yaml(Path path) {
        Path file = Files.isDirectory(path) ? path.resolve("data.yaml") : path;
        if (!Files.isRegularFile(file)) {
            throw new CompressionException(
                    Code.DATA_INVALID, file + " does not exist; the data is described by a data.yaml");
        }
        return file;
    }

    /** The range of this name. */
    public Optional<Split> split(String name) {
        return Optional.ofNullable(splits.get(name));
    }

    /** What calibration reads; the first 512 samples of the validation range when none is named. */
    public Split calibration() {
        return split(CALIBRATION).orElseGet(() -> validation().limit(512));
    }

    /** What decisions are made on; the test range, then the calibration range, when none is named. */
    public Split validation() {
        return split(VALIDATION)
                .or(() -> split(TEST))
                .or(() -> split(CALIBRATION))
                .orElseThrow(() -> new CompressionException(Code.DATA_INVALID, "the data names no splits"));
    }

    /** What figures are reported on; the validation range when no test range is named. */
    public Split test() {
        return split(TEST).orElseGet(this::validation);
    }

    /** Which output is scored, and how. */
    public Task task() {
        return task;
    }

    /** SHA-256 over the description and the content of all files, hexadecimal: the same data has the same digest. */
    public String digest() {
        return digest;
    }
}
