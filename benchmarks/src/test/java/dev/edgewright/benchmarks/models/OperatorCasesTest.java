package dev.edgewright.benchmarks.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.cleanup.Cleanup;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.ValueInfo;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.onnx.proto.ModelProto;
import dev.edgewright.compression.onnx.proto.TensorProto;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The operator cases of Debian's libonnx-testdata: read, written without loss, and computing the same after clean-up. */
class OperatorCasesTest {

    private static final Fetched CASES = Fetched.debian("libonnx-testdata", "usr/share/libonnx-testdata/data", "");

    private static final int OLDEST = 7;

    private enum Outcome {
        SAME,
        INPUTS_ARE_NO_TENSORS,
        RUNTIME_REFUSES_THE_ORIGINAL,
        ORIGINAL_IS_RANDOM,
        OPERATOR_SET_TOO_OLD,
        LOSSY,
        PASS_FAILED,
        RUNTIME_REFUSES_THE_RESULT,
        DIFFERENT
    }

    @Test
    void everyCaseIsReadWrittenAndTheSameAfterCleaningUp() throws IOException {
        Path data = Present.orSkip(CASES, "the operator cases through reading, writing and clean-up");
        List<Path> models;
        try (Stream<Path> all = Files.walk(data)) {
            models = all.filter(file -> file.getFileName().toString().equals("model.onnx"))
                    .sorted()
                    .toList();
        }
        Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
        Map<String, String> wrong = new TreeMap<>();
        for (int i = 0; i < models.size(); i++) {
            String name = models.get(i).getParent().getFileName().toString();
            List<String> why = new ArrayList<>();
            Outcome outcome = outcome(models.get(i), why);
            counts.merge(outcome, 1, Integer::sum);
            if (outcome.ordinal() >= Outcome.LOSSY.ordinal()) {
                wrong.put(name, outcome + " " + why);
            }
        }
        System.out.println("operator cases: " + models.size() + ", " + counts);
        assertThat(wrong).isEmpty();
        assertThat(counts.get(Outcome.SAME)).isGreaterThan(models.size() * 3 / 4);
    }

    private static Outcome outcome(Path file, List<String> why) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Graph graph = OnnxFile.parse(bytes);
        if (!graph.toModel().equals(ModelProto.parseFrom(bytes))) {
            return Outcome.LOSSY;
        }
        Map<String, Tensor> feeds;
        Map<String, Tensor> before;
        try (ModelSession session = ModelSession.open(graph, SessionSettings.literal())) {
            if (!graph.feeds().stream().allMatch(ValueInfo::isTensor)
                    || !graph.outputs().stream().allMatch(ValueInfo::isTensor)) {
                return Outcome.INPUTS_ARE_NO_TENSORS;
            }
            feeds = feeds(graph, file.resolveSibling("test_data_set_0"));
            before = session.run(feeds);
            if (!difference(before, session.run(feeds)).isEmpty()) {
                return Outcome.ORIGINAL_IS_RANDOM;
            }
        } catch (CompressionException e) {
            return Outcome.RUNTIME_REFUSES_THE_ORIGINAL;
        }
        Graph cleaned;
        try {
            cleaned = Cleanup.all()
                    .apply(graph, PassContext.of(1, null, null, graph))
                    .graph();
        } catch (RuntimeException e) {
            why.add(e.toString());
            boolean old = e instanceof CompressionException known && known.code() == Code.OPSET_UNSUPPORTED;
            return old && graph.opset() < OLDEST ? Outcome.OPERATOR_SET_TOO_OLD : Outcome.PASS_FAILED;
        }
        try (ModelSession session = ModelSession.open(cleaned, SessionSettings.literal())) {
            String difference = difference(before, session.run(feeds));
            why.add(difference);
            return difference.isEmpty() ? Outcome.SAME : Outcome.DIFFERENT;
        } catch (CompressionException e) {
            why.add(e.getMessage());
            return Outcome.RUNTIME_REFUSES_THE_RESULT;
        }
    }

    private static Map<String, Tensor> feeds(Graph graph, Path folder) throws IOException {
        Map<String, Tensor> feeds = new LinkedHashMap<>();
        int at = 0;
        for (ValueInfo input : graph.inputs()) {
            Path file = folder.resolve("input_" + at++ + ".pb");
            if (Files.exists(file)) {
                Tensor tensor = Tensor.of(TensorProto.parseFrom(Files.readAllBytes(file)));
                feeds.put(input.name(), tensor.withName(input.name()));
            }
        }
        return feeds;
    }

    /** Empty when both hold the same names, types, sizes and numbers (up to rounding). */
    private static String difference(Map<String, Tensor> a, Map<String, Tensor> b) {
        if (!a.keySet().equals(b.keySet())) {
            return "outputs " + a.keySet() + " and " + b.keySet();
        }
        for (Map.Entry<String, Tensor> each : a.entrySet()) {
            Tensor one = each.getValue();
            Tensor other = b.get(each.getKey());
            if (!one.toString().equals(other.toString())) {
                return one + " and " + other;
            }
            if (one.type() != ElementType.FLOAT) {
                if (!one.data().equals(other.data())) {
                    return each.getKey() + " differs";
                }
                continue;
            }
            float[] x = one.toFloats();
            float[] y = other.toFloats();
            for (int i = 0; i < x.length; i++) {
                boolean same = Float.compare(x[i], y[i]) == 0 || Math.abs(x[i] - y[i]) <= 1e-4 * (1 + Math.abs(x[i]));
                if (!same) {
                    return each.getKey() + "[" + i + "] is " + x[i] + " and " + y[i];
                }
            }
        }
        return "";
    }
}
