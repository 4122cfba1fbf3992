package dev.edgewright.compression.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import ai.onnxruntime.TensorInfo;
import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.ValueInfo;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** A model loaded in ONNX Runtime's CPU provider. Safe to run from several threads; close it to free native memory. */
public final class ModelSession implements AutoCloseable {

    private static final OrtEnvironment ENVIRONMENT = OrtStart.environment();

    /** Weights up to this many bytes are handed over as a copy. */
    private static final long COPIED = 32L << 20;

    private final OrtSession session;
    private final OrtSession.SessionOptions options;
    private final String what;
    private final Path temporary;
    private final List<ValueInfo> inputs;
    private final List<ValueInfo> outputs;

    private ModelSession(OrtSession session, OrtSession.SessionOptions options, String what, Path temporary)
            throws OrtException {
        this.session = session;
        this.options = options;
        this.what = what;
        this.temporary = temporary;
        this.inputs = infos(session.getInputInfo());
        this.outputs = infos(session.getOutputInfo());
    }

    /**
     * Loads a file.
     *
     * @throws CompressionException OPERATOR_UNKNOWN, OPSET_UNSUPPORTED, MODEL_NOT_ONNX or RUNTIME_FAILED
     */
    public static ModelSession open(Path file, SessionSettings settings) {
        return open(file.toString(), null, settings, options -> ENVIRONMENT.createSession(file.toString(), options));
    }

    /** Loads a graph; through temporary files, which the runtime maps, when its weights are so large that copies of them count. */
    public static ModelSession open(Graph graph, SessionSettings settings) {
        if (graph.weightBytes() <= COPIED) {
            byte[] bytes = OnnxFile.toBytes(graph);
            return open(graph.toString(), null, settings, options -> ENVIRONMENT.createSession(bytes, options));
        }
        try {
            Path folder = Files.createTempDirectory("edgewright-model");
            Path file = folder.resolve("model.onnx");
            // The runtime would write references to files that are gone into an optimised model.
            OnnxFile.write(graph, file, settings.optimizedModel().isPresent() ? OnnxFile.INLINE_LIMIT : COPIED);
            return open(
                    graph.toString(), folder, settings, options -> ENVIRONMENT.createSession(file.toString(), options));
        } catch (IOException e) {
            throw new CompressionException(Code.OUTPUT_FAILED, "cannot write a temporary model: " + e.getMessage(), e);
        }
    }

    private interface Opener {
        OrtSession open(OrtSession.SessionOptions options) throws OrtException;
    }

    private static ModelSession open(String what, Path temporary, SessionSettings settings, Opener opener) {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        try {
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            options.setIntraOpNumThreads(settings.threads());
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(settings.optimize() ? OptLevel.ALL_OPT : OptLevel.NO_OPT);
            if (!settings.arena()) {
                options.setCPUArenaAllocator(false);
            }
            for (Map.Entry<String, String> entry : settings.config().entrySet()) {
                options.addConfigEntry(entry.getKey(), entry.getValue());
            }
            if (settings.optimizedModel().isPresent()) {
                options.setOptimizedModelFilePath(
                        settings.optimizedModel().get().toString());
            }
            if (settings.profile().isPresent()) {
                options.enableProfiling(settings.profile().get().toString());
            }
            return new ModelSession(opener.open(options), options, what, temporary);
        } catch (OrtException e) {
            options.close();
            delete(temporary);
            throw RuntimeErrors.opening(what, e);
        }
    }

    private static List<ValueInfo> infos(Map<String, NodeInfo> infos) {
        List<ValueInfo> values = new ArrayList<>();
        infos.forEach((name, info) -> values.add(
                info.getInfo() instanceof TensorInfo tensor
                        ? ValueInfo.tensor(name, OrtTensors.type(tensor), OrtTensors.shape(tensor))
                        : ValueInfo.untyped(name)));
        return List.copyOf(values);
    }

    /** What must be fed, as the runtime sees it. */
    public List<ValueInfo> inputs() {
        return inputs;
    }

    /** What comes out, with shapes as the runtime inferred them. */
    public List<ValueInfo> outputs() {
        return outputs;
    }

    /** Runs once and gives every tensor output. */
    public Map<String, Tensor> run(Map<String, Tensor> feeds) {
        Set<String> wanted = new LinkedHashSet<>();
        outputs.stream().filter(ValueInfo::isTensor).forEach(output -> wanted.add(output.name()));
        return run(feeds, wanted);
    }

    /**
     * Runs once and gives the outputs asked for.
     *
     * @throws CompressionException RUNTIME_FAILED, with the runtime's message
     */
    public Map<String, Tensor> run(Map<String, Tensor> feeds, Set<String> wanted) {
        try (Prepared prepared = prepare(feeds);
                OrtSession.Result result = session.run(prepared.tensors, wanted)) {
            Map<String, Tensor> values = new LinkedHashMap<>();
            for (Map.Entry<String, OnnxValue> entry : result) {
                values.put(entry.getKey(), OrtTensors.from(entry.getKey(), (OnnxTensor) entry.getValue()));
            }
            return values;
        } catch (OrtException e) {
            throw RuntimeErrors.running(what, e);
        }
    }

    /**
     * Runs once and hands over the outputs asked for one by one, each converted only then, so that one of them at a time lies in the heap.
     *
     * @throws CompressionException RUNTIME_FAILED, with the runtime's message
     */
    public void visit(Map<String, Tensor> feeds, Set<String> wanted, Consumer<Tensor> visitor) {
        try (Prepared prepared = prepare(feeds);
                OrtSession.Result result = session.run(prepared.tensors, wanted)) {
            for (Map.Entry<String, OnnxValue> entry : result) {
                visitor.accept(OrtTensors.from(entry.getKey(), (OnnxTensor) entry.getValue()));
            }
        } catch (OrtException e) {
            throw RuntimeErrors.running(what, e);
        }
    }

    /** Hands the feeds to the runtime once, to be run many times without copying: for measuring. */
    public Prepared prepare(Map<String, Tensor> feeds) {
        Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, Tensor> feed : feeds.entrySet()) {
                tensors.put(feed.getKey(), OrtTensors.to(ENVIRONMENT, feed.getValue()));
            }
            return new Prepared(tensors);
        } catch (OrtException e) {
            tensors.values().forEach(OnnxTensor::close);
            throw RuntimeErrors.running(what, e);
        }
    }

    /** Feeds that lie ready in native memory. */
    public final class Prepared implements AutoCloseable {

        private final Map<String, OnnxTensor> tensors;

        private Prepared(Map<String, OnnxTensor> tensors) {
            this.tensors = tensors;
        }

        /** Runs, drops the outputs, and tells the nanoseconds that took. */
        public long timeNanos() {
            long start = System.nanoTime();
            try (OrtSession.Result result = session.run(tensors)) {
                return System.nanoTime() - start;
            } catch (OrtException e) {
                throw RuntimeErrors.running(what, e);
            }
        }

        @Override
        public void close() {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    /** Ends profiling and gives the file that the runtime wrote. */
    public Path endProfiling() {
        try {
            return Path.of(session.endProfiling());
        } catch (OrtException e) {
            throw RuntimeErrors.running(what, e);
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw RuntimeErrors.running(what, e);
        } finally {
            options.close();
            delete(temporary);
        }
    }

    private static void delete(Path folder) {
        if (folder == null) {
            return;
        }
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            folder.toFile().deleteOnExit();
        }
    }
}
