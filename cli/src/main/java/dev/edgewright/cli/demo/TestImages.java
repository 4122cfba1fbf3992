package dev.edgewright.cli.demo;

import dev.edgewright.compression.data.Batch;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.data.Split;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The test split of a model's data, one sample a request.
 *
 * @param input name of the model's input
 * @param shape of one request's tensor, with a leading 1
 * @param output name of the output that is scored
 * @param samples little-endian floats, as the Open Inference Protocol's binary extension carries them
 * @param labels the right class of each sample
 */
record TestImages(String input, long[] shape, String output, List<byte[]> samples, long[] labels) {

    static TestImages read(Path folder, int limit) {
        DataSource data = DataSource.open(folder);
        Split split = data.test().limit(limit);
        String input = split.inputs().iterator().next();
        List<byte[]> samples = new ArrayList<>();
        long[] labels = new long[(int) split.size()];
        long[][] shape = new long[1][];
        split.forEachBatch(64, batch -> {
            System.arraycopy(batch.labels(), 0, labels, samples.size(), batch.size());
            shape[0] = add(samples, batch, input);
        });
        return new TestImages(input, shape[0], data.task().output(), samples, labels);
    }

    private static long[] add(List<byte[]> samples, Batch batch, String input) {
        float[] values = batch.inputs().get(input).toFloats();
        int one = values.length / batch.size();
        for (int i = 0; i < batch.size(); i++) {
            ByteBuffer bytes = ByteBuffer.allocate(4 * one).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values, i * one, one);
            samples.add(bytes.array());
        }
        long[] shape = batch.inputs().get(input).sizes();
        shape[0] = 1;
        return shape;
    }

    int size() {
        return samples.size();
    }

    @Override
    public String toString() {
        return size() + " samples of " + input + Arrays.toString(shape);
    }
}
