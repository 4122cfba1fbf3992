package dev.edgewright.compression.graph.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.onnx.proto.ModelProto;
import dev.edgewright.compression.onnx.proto.TensorProto;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads and writes ONNX models. The same graph gives the same bytes. */
public final class OnnxFile {

    /** Weights above this many bytes are written beside the model, since one protobuf cannot pass 2 GiB. */
    public static final long INLINE_LIMIT = 1L << 30;

    private OnnxFile() {}

    /**
     * Reads a model, with weights from files beside it where the model says so.
     *
     * @throws CompressionException MODEL_UNREADABLE, MODEL_EMPTY, MODEL_NOT_ONNX, MODEL_TRUNCATED, MODEL_INVALID,
     *     EXTERNAL_DATA_MISSING, EXTERNAL_DATA_OUTSIDE or TENSOR_TOO_LARGE
     */
    public static Graph read(Path file) {
        ModelProto model = parse(file);
        ExternalData external = new ExternalData(file.toAbsolutePath().getParent());
        List<Tensor> tensors = new ArrayList<>(model.getGraph().getInitializerCount());
        for (TensorProto tensor : model.getGraph().getInitializerList()) {
            tensors.add(
                    tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL
                            ? Tensor.ofOutside(tensor, external.map(tensor))
                            : Tensor.of(tensor));
        }
        return Graph.of(model, tensors);
    }

    /** Reads a model that was given as bytes; external data is not possible then. */
    public static Graph parse(byte[] bytes) {
        ModelProto model = parse(bytes, "model");
        for (TensorProto tensor : model.getGraph().getInitializerList()) {
            if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
                throw new CompressionException(
                        Code.EXTERNAL_DATA_MISSING,
                        "weight " + tensor.getName() + " lies in another file; give the model as a path");
            }
        }
        return Graph.of(model);
    }

    private static ModelProto parse(Path file) {
        try {
            if (Files.size(file) == 0) {
                throw new CompressionException(Code.MODEL_EMPTY, file + " has no bytes");
            }
            try (InputStream in = Files.newInputStream(file)) {
                CodedInputStream coded = CodedInputStream.newInstance(in, 1 << 16);
                coded.setSizeLimit(Integer.MAX_VALUE);
                return checked(ModelProto.parseFrom(coded), file.toString());
            }
        } catch (InvalidProtocolBufferException e) {
            throw malformed(e, file.toString());
        } catch (IOException e) {
            throw new CompressionException(Code.MODEL_UNREADABLE, "cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static ModelProto parse(byte[] bytes, String what) {
        if (bytes.length == 0) {
            throw new CompressionException(Code.MODEL_EMPTY, what + " has no bytes");
        }
        try {
            return checked(ModelProto.parseFrom(bytes), what);
        } catch (InvalidProtocolBufferException e) {
            throw malformed(e, what);
        }
    }

    private static CompressionException malformed(InvalidProtocolBufferException e, String what) {
        ModelProto begun =
                e.getUnfinishedMessage() instanceof ModelProto model ? model : ModelProto.getDefaultInstance();
        boolean plausible = begun.getIrVersion() > 0 && begun.getIrVersion() < 1000;
        return plausible
                ? new CompressionException(
                        Code.MODEL_TRUNCATED,
                        what + " begins as an ONNX model and stops in the middle; fetch or export it again",
                        e)
                : new CompressionException(Code.MODEL_NOT_ONNX, what + " is not an ONNX model", e);
    }

    private static ModelProto checked(ModelProto model, String what) {
        if (model.getIrVersion() <= 0) {
            throw new CompressionException(Code.MODEL_NOT_ONNX, what + " is not an ONNX model: it has no IR version");
        }
        if (!model.hasGraph()) {
            throw new CompressionException(
                    Code.MODEL_TRUNCATED, what + " begins as an ONNX model and has no graph; fetch or export it again");
        }
        return model;
    }

    /**
     * Writes a model; weights go into {@code FILE.data} beside it when they pass {@link #INLINE_LIMIT}. The file appears whole or not at
     * all.
     *
     * @throws CompressionException OUTPUT_FAILED
     */
    public static void write(Graph graph, Path file) {
        write(graph, file, INLINE_LIMIT);
    }

    /** As {@link #write(Graph, Path)}, with another limit in bytes for weights kept inside the model. */
    public static void write(Graph graph, Path file, long inlineLimit) {
        try {
            Path absolute = file.toAbsolutePath();
            Files.createDirectories(absolute.getParent());
            ModelProto model = graph.weightBytes() > inlineLimit
                    ? graph.assemble(
                            ExternalData.write(graph, absolute.resolveSibling(absolute.getFileName() + ".data")))
                    : graph.toModel();
            Path partial = absolute.resolveSibling(absolute.getFileName() + ".partial");
            try (OutputStream out = Files.newOutputStream(partial)) {
                CodedOutputStream coded = CodedOutputStream.newInstance(out, 1 << 16);
                coded.useDeterministicSerialization();
                model.writeTo(coded);
                coded.flush();
            }
            Files.move(
                    partial,
                    absolute,
                    java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new CompressionException(Code.OUTPUT_FAILED, "cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    /** The model as bytes, weights inline. */
    public static byte[] toBytes(Graph graph) {
        return graph.toModel().toByteArray();
    }
}
