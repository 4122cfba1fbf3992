package dev.edgewright.training.qat;

import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.data.Feature;
import dev.edgewright.training.data.Samples;
import dev.edgewright.training.trainer.Feeds;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The first training samples as a data folder of compression, for as long as it is open. */
public final class CalibrationData implements AutoCloseable {

    private final Path folder;
    private final DataSource source;

    private CalibrationData(Path folder, DataSource source) {
        this.folder = folder;
        this.source = source;
    }

    /** @param count how many samples, from the first on */
    public static CalibrationData of(Samples samples, Graph graph, int count) {
        int used = Math.min(count, samples.size());
        try {
            Path folder = Files.createTempDirectory("edgewright-calibration");
            StringBuilder yaml = new StringBuilder("inputs:\n");
            Map<String, Integer> inputs = Feeds.of(graph, samples.features()).byInput();
            for (Map.Entry<String, Integer> entry : inputs.entrySet()) {
                int feature = entry.getValue();
                writeNpy(folder.resolve(feature + ".npy"), samples, feature, used);
                yaml.append("  \"" + entry.getKey() + "\": {file: " + feature + ".npy}\n");
            }
            yaml.append("splits: {calibration: 0.." + used + "}\n");
            Files.writeString(folder.resolve("data.yaml"), yaml);
            return new CalibrationData(folder, DataSource.open(folder));
        } catch (IOException e) {
            throw new TrainingException(
                    Code.OUTPUT_FAILED, "calibration samples could not be written: " + e.getMessage(), e);
        }
    }

    private static void writeNpy(Path file, Samples samples, int feature, int used) throws IOException {
        Feature kind = samples.features().get(feature);
        boolean floats = kind.kind() == Feature.Kind.FLOATS;
        String shape = Arrays.stream(kind.shape())
                .mapToObj(Long::toString)
                .collect(Collectors.joining(", ", "(" + used + ", ", ")"));
        StringBuilder header = new StringBuilder(
                "{'descr': '" + (floats ? "<f4" : "<i8") + "', 'fortran_order': False, 'shape': " + shape + ", }");
        while ((10 + header.length() + 1) % 64 != 0) {
            header.append(' ');
        }
        header.append('\n');
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
            out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
            out.write(header.length() & 0xff);
            out.write(header.length() >> 8);
            out.write(header.toString().getBytes(StandardCharsets.US_ASCII));
            float[] sample = new float[floats ? kind.elements() : 0];
            long[] numbers = new long[floats ? 0 : kind.elements()];
            ByteBuffer bytes = ByteBuffer.allocate(kind.elements() * (floats ? Float.BYTES : Long.BYTES))
                    .order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < used; i++) {
                if (floats) {
                    samples.read(feature, i, sample, 0);
                    bytes.asFloatBuffer().put(sample);
                } else {
                    samples.read(feature, i, numbers, 0);
                    bytes.asLongBuffer().put(numbers);
                }
                out.write(bytes.array());
            }
        }
    }

    /** The samples as the calibration split of a data source. */
    public DataSource source() {
        return source;
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (IOException | UncheckedIOException e) {
            folder.toFile().deleteOnExit(); // a temporary folder: left to the system
        }
    }
}
