package dev.edgewright.training.trainer;

import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * Where a training stands after a whole epoch; enough to go on as if nothing had happened. A file of this form: magic, strings,
 * numbers, named float arrays, CRC-32. Written beside its place, forced to disk, then renamed, so that a crash or a full disk leaves
 * the one before.
 *
 * @param job fingerprint of graph, settings and objective
 * @param data digest of training and validation samples
 * @param epochs epochs done
 * @param bestEpoch epoch, from 1, whose weights are kept as the best
 * @param bestAccuracy validation accuracy of those
 * @param accuracies validation accuracy after each epoch
 * @param arrays weights, statistics, the optimiser's memory, averages, best weights, by prefixed name
 */
public record Checkpoint(
        String job,
        String data,
        int epochs,
        int bestEpoch,
        double bestAccuracy,
        List<Double> accuracies,
        Map<String, float[]> arrays) {

    private static final int MAGIC = 0x45574331; // EWC1
    private static final int MAX_ARRAYS = 1 << 20;

    /** @throws TrainingException OUTPUT_FAILED when it cannot be written; the file from before stays */
    public void write(Path file) {
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                OutputStream buffered = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
                CheckedOutputStream checked = new CheckedOutputStream(buffered, new CRC32());
                DataOutputStream out = new DataOutputStream(checked);
                out.writeInt(MAGIC);
                out.writeUTF(job);
                out.writeUTF(data);
                out.writeInt(epochs);
                out.writeInt(bestEpoch);
                out.writeDouble(bestAccuracy);
                out.writeInt(accuracies.size());
                for (double accuracy : accuracies) {
                    out.writeDouble(accuracy);
                }
                out.writeInt(arrays.size());
                for (Map.Entry<String, float[]> entry : arrays.entrySet()) {
                    out.writeUTF(entry.getKey());
                    out.writeInt(entry.getValue().length);
                    ByteBuffer bytes = ByteBuffer.allocate(entry.getValue().length * Float.BYTES);
                    bytes.asFloatBuffer().put(entry.getValue());
                    out.write(bytes.array());
                }
                out.flush();
                long sum = checked.getChecksum().getValue();
                out.writeLong(sum);
                out.flush();
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException alsoFailed) {
                e.addSuppressed(alsoFailed);
            }
            throw new TrainingException(
                    Code.OUTPUT_FAILED,
                    "checkpoint " + file + " could not be written after epoch " + epochs + " (" + e.getMessage()
                            + "); the one before it is still there: make room and resume",
                    e);
        }
    }

    /** @throws TrainingException CHECKPOINT_INVALID when the file is damaged */
    public static Checkpoint read(Path file) {
        try (CheckedInputStream checked =
                        new CheckedInputStream(new BufferedInputStream(Files.newInputStream(file)), new CRC32());
                DataInputStream in = new DataInputStream(checked)) {
            if (in.readInt() != MAGIC) {
                throw new IOException("not a checkpoint");
            }
            String job = in.readUTF();
            String data = in.readUTF();
            int epochs = in.readInt();
            int bestEpoch = in.readInt();
            double bestAccuracy = in.readDouble();
            List<Double> accuracies = new ArrayList<>();
            int count = limited(in.readInt());
            for (int i = 0; i < count; i++) {
                accuracies.add(in.readDouble());
            }
            Map<String, float[]> arrays = new LinkedHashMap<>();
            int arrayCount = limited(in.readInt());
            for (int i = 0; i < arrayCount; i++) {
                String name = in.readUTF();
                int length = in.readInt();
                if (length < 0 || (long) length * Float.BYTES > Files.size(file)) {
                    throw new IOException("array " + name + " of length " + length);
                }
                byte[] bytes = new byte[length * Float.BYTES];
                in.readFully(bytes);
                float[] values = new float[length];
                ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
                arrays.put(name, values);
            }
            long sum = checked.getChecksum().getValue();
            if (in.readLong() != sum) {
                throw new IOException("check sum differs");
            }
            return new Checkpoint(job, data, epochs, bestEpoch, bestAccuracy, accuracies, arrays);
        } catch (IOException e) {
            throw new TrainingException(
                    Code.CHECKPOINT_INVALID,
                    "checkpoint " + file + " is damaged (" + e.getMessage() + "); delete it to start again",
                    e);
        }
    }

    private static int limited(int count) throws IOException {
        if (count < 0 || count > MAX_ARRAYS) {
            throw new IOException("count " + count);
        }
        return count;
    }

    /** The arrays under a prefix, without it. */
    public Map<String, float[]> part(String prefix) {
        Map<String, float[]> part = new LinkedHashMap<>();
        arrays.forEach((name, values) -> {
            if (name.startsWith(prefix)) {
                part.put(name.substring(prefix.length()), values);
            }
        });
        return part;
    }
}
