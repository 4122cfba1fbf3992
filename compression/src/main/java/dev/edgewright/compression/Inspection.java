package dev.edgewright.compression;

import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.quantize.StaticInt8;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Looks at a model: can it be taken, and what is it. */
final class Inspection {

    private Inspection() {}

    static ModelInfo of(Path file) {
        Graph graph = OnnxFile.read(file);
        if (graph.nodes().isEmpty()) {
            throw new CompressionException(Code.MODEL_EMPTY, file + " holds a graph without nodes");
        }
        try (ModelSession session = ModelSession.open(file, SessionSettings.single())) {
            return new ModelInfo(
                    session.inputs(),
                    session.outputs(),
                    graph.opset(),
                    operators(graph),
                    graph.parameters(),
                    bytes(file, graph),
                    digest(file),
                    StaticInt8.isQuantized(graph),
                    notes(graph));
        }
    }

    private static Map<String, Integer> operators(Graph graph) {
        Map<String, Integer> operators = new TreeMap<>();
        for (Node node : graph.nodes()) {
            operators.merge(node.domain().isEmpty() ? node.op() : node.domain() + "." + node.op(), 1, Integer::sum);
        }
        return operators;
    }

    private static List<String> notes(Graph graph) {
        List<String> notes = new ArrayList<>();
        for (Tensor tensor : graph.initializers().values()) {
            if (tensor.type() == ElementType.FLOAT && !finite(tensor)) {
                notes.add("weight " + tensor.name() + " holds NaN or infinity");
            }
        }
        long subgraphs = graph.nodes().stream().filter(Node::hasSubgraphs).count();
        if (subgraphs > 0) {
            notes.add(subgraphs + " nodes carry subgraphs, which are left whole");
        }
        if (graph.shell().getFunctionsCount() > 0) {
            notes.add(graph.shell().getFunctionsCount() + " model-local functions are left whole");
        }
        return notes;
    }

    private static boolean finite(Tensor tensor) {
        var values = tensor.data().asFloatBuffer();
        while (values.hasRemaining()) {
            if (!Float.isFinite(values.get())) {
                return false;
            }
        }
        return true;
    }

    /** The size of the model file and of the weights beside it. */
    static long bytes(Path file, Graph graph) {
        try {
            long outside = graph.initializers().values().stream()
                    .filter(Tensor::isOutside)
                    .mapToLong(Tensor::bytes)
                    .sum();
            return Files.size(file) + outside;
        } catch (IOException e) {
            throw new CompressionException(Code.MODEL_UNREADABLE, "cannot read " + file, e);
        }
    }

    /** SHA-256 of a file, hexadecimal. */
    static String digest(Path file) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        } catch (IOException e) {
            throw new CompressionException(Code.MODEL_UNREADABLE, "cannot read " + file, e);
        }
    }
}
