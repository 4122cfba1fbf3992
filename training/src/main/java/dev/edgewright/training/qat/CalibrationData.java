package dev.edgewright.training.qat;

import dev.edgewright.compression.data.DataSource;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.data.Samples;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The first training samples as a data folder of compression, for as long as it is open. */
final class CalibrationData implements AutoCloseable {

    private final Path folder;
    private final DataSource source;

    private CalibrationData(Path folder, DataSource source) {
        this.folder = folder;
        this.source = source;
    }

    static CalibrationData of(Samples samples, String input, int count) {
        int used = Math.min(count, samples.size());
        try {
            Path folder = Files.createTempDirectory("edgewright-calibration");
            String shape = Arrays.stream(samples.shape())
                    .mapToObj(Long::toString)
                    .collect(Collectors.joining(", ", "(" + used + ", ", ")"));
            writeNpy(folder.resolve("samples.npy"), shape, samples, used);
            Files.writeString(
                    folder.resolve("data.yaml"),
                    "inputs:\n  " + input + ": {file: samples.npy}\nsplits: {calibration: 0.." + used + "}\n");
            return new CalibrationData(folder, DataSource.open(folder));
        } catch (IOException e) {
            throw new TrainingException(
                    Code.OUTPUT_FAILED, "calibration samples could not be written: " + e.getMessage(), e);
        }
    }

    private static void writeNpy(Path file, String shape, Samples samples, int used) throws IOException {
        StringBuilder header = new StringBuilder("{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }");
        while ((10 + header.length() + 1) % 64 != 0) {
            header.append(' ');
        }
        header.append('\n');
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
            out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
            out.write(header.length() & 0xff);
            out.write(header.length() >> 8);
            out.write(header.toString().getBytes(StandardCharsets.US_ASCII));
            float[] sample = new float[samples.elements()];
            ByteBuffer bytes = ByteBuffer.allocate(sample.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < used; i++) {
                samples.read(i, sample, 0);
                bytes.asFloatBuffer().put(sample);
                out.write(bytes.array());
            }
        }
    }

    DataSource source() {
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
