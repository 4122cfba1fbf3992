package dev.edgewright.training.distill;

import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Asks the teacher once about each sample and keeps what it said, by the sample's content. Pays where samples come again unchanged: without
 * augmentation, or with a fixed number of views of each.
 */
final class KeptAnswers implements Answers {

    /** What is kept at most, bytes; beyond it, the teacher is asked again. */
    private static final long ROOM = 256L << 20;

    /** One value of the teacher for one sample. */
    private record Key(String name, long content) {}

    private final TensorBackend backend;
    private final Answers teacher;
    private final Map<Key, float[]> kept = new HashMap<>();
    private final Map<String, long[]> shapes = new HashMap<>();
    private long bytes;

    KeptAnswers(TensorBackend backend, Answers teacher) {
        this.backend = backend;
        this.teacher = teacher;
    }

    @Override
    public Map<String, Tensor> answer(TensorBackend.Scope scope, Map<String, Tensor> batch, Set<String> names) {
        int size = (int) batch.values().iterator().next().shape().get(0);
        long[] contents = contents(batch, size);
        List<Integer> unknown = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            for (String name : names) {
                if (!kept.containsKey(new Key(name, contents[i]))) {
                    unknown.add(i);
                    break;
                }
            }
        }
        Map<Key, float[]> fresh = new HashMap<>();
        if (!unknown.isEmpty()) {
            ask(scope, batch, names, contents, unknown, fresh);
        }
        Map<String, Tensor> answers = new LinkedHashMap<>();
        for (String name : names) {
            long[] shape = shapes.get(name).clone();
            shape[0] = size;
            float[] all = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
            int width = all.length / size;
            for (int i = 0; i < size; i++) {
                Key key = new Key(name, contents[i]);
                System.arraycopy(fresh.getOrDefault(key, kept.get(key)), 0, all, i * width, width);
            }
            answers.put(name, backend.floats(all, shape));
        }
        return answers;
    }

    private void ask(
            TensorBackend.Scope scope,
            Map<String, Tensor> batch,
            Set<String> names,
            long[] contents,
            List<Integer> unknown,
            Map<Key, float[]> fresh) {
        Map<String, Tensor> asked = new LinkedHashMap<>();
        batch.forEach((name, tensor) ->
                asked.put(name, unknown.size() == contents.length ? tensor : rows(tensor, unknown, contents.length)));
        teacher.answer(scope, asked, names).forEach((name, tensor) -> {
            shapes.put(name, tensor.shape().dimensions());
            float[] values = tensor.toFloats();
            int width = values.length / unknown.size();
            for (int k = 0; k < unknown.size(); k++) {
                Key key = new Key(name, contents[unknown.get(k)]);
                float[] row = Arrays.copyOfRange(values, k * width, (k + 1) * width);
                fresh.put(key, row);
                if (bytes < ROOM && kept.put(key, row) == null) {
                    bytes += 4L * width + 64;
                }
            }
        });
    }

    private Tensor rows(Tensor tensor, List<Integer> wanted, int size) {
        long[] shape = tensor.shape().dimensions();
        shape[0] = wanted.size();
        if (tensor.type() == Tensor.Type.FLOAT) {
            float[] all = tensor.toFloats();
            int width = all.length / size;
            float[] some = new float[wanted.size() * width];
            for (int k = 0; k < wanted.size(); k++) {
                System.arraycopy(all, wanted.get(k) * width, some, k * width, width);
            }
            return backend.floats(some, shape);
        }
        long[] all = tensor.toLongs();
        int width = all.length / size;
        long[] some = new long[wanted.size() * width];
        for (int k = 0; k < wanted.size(); k++) {
            System.arraycopy(all, wanted.get(k) * width, some, k * width, width);
        }
        return backend.longs(some, shape);
    }

    /** 64 bits that stand for each sample's content: with a million samples, two are taken for one with a chance of 3 in 100 million. */
    private static long[] contents(Map<String, Tensor> batch, int size) {
        long[] contents = new long[size];
        batch.forEach((name, tensor) -> {
            if (tensor.type() == Tensor.Type.FLOAT) {
                float[] values = tensor.toFloats();
                int width = values.length / size;
                for (int i = 0; i < size; i++) {
                    for (int k = i * width; k < (i + 1) * width; k++) {
                        contents[i] = mix(contents[i], Float.floatToRawIntBits(values[k]));
                    }
                }
            } else {
                long[] values = tensor.toLongs();
                int width = values.length / size;
                for (int i = 0; i < size; i++) {
                    for (int k = i * width; k < (i + 1) * width; k++) {
                        contents[i] = mix(contents[i], values[k]);
                    }
                }
            }
        });
        return contents;
    }

    private static long mix(long hash, long value) {
        long mixed = (hash ^ value) * 0x9E3779B97F4A7C15L;
        return mixed ^ (mixed >>> 29);
    }

    @Override
    public void close() {
        teacher.close();
    }
}
