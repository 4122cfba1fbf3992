package dev.edgewright.agent.inference;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One loaded variant. Its owner holds one reference and every request in it another; the native session is closed by whoever returns the
 * last one, so a request never sees a closed session and a replaced variant never outlives its requests.
 */
final class ServingSession {
    private final OrtSession session;
    private final OrtTensors tensors;
    private final ModelMetadata metadata;
    private final Map<String, TensorSignature> inputs;
    private final Set<String> outputNames;
    private final VariantMeter meter;
    private final AtomicInteger references = new AtomicInteger(1);

    ServingSession(
            OrtSession session, OrtTensors tensors, ModelName model, String version, String variant, Digest manifest)
            throws OrtException {
        this.session = session;
        this.tensors = tensors;
        List<TensorSignature> in = signatures(session.getInputInfo().values());
        List<TensorSignature> out = signatures(session.getOutputInfo().values());
        this.metadata = new ModelMetadata(model, version, variant, manifest, in, out);
        this.inputs = in.stream()
                .collect(Collectors.toMap(TensorSignature::name, Function.identity(), (a, b) -> a, LinkedHashMap::new));
        this.outputNames = out.stream().map(TensorSignature::name).collect(Collectors.toSet());
        this.meter = new VariantMeter(model, variant, manifest);
    }

    ModelMetadata metadata() {
        return metadata;
    }

    VariantMeter meter() {
        return meter;
    }

    /** Takes a reference; false when the session is already closed. */
    boolean acquire() {
        int held = references.get();
        while (held > 0) {
            int seen = references.compareAndExchange(held, held + 1);
            if (seen == held) {
                return true;
            }
            held = seen;
        }
        return false;
    }

    /** Gives a reference back; the last one closes the native session. */
    void release() {
        int left = references.decrementAndGet();
        if (left < 0) {
            throw EdgewrightException.bug(
                    "SESSION_REFERENCES", "a reference of " + metadata.describe() + " was given back twice");
        }
        if (left == 0) {
            try {
                session.close();
            } catch (OrtException e) {
                throw EdgewrightException.bug(
                        "SESSION_CLOSE", "closing " + metadata.describe() + ": " + e.getMessage(), e);
            }
        }
    }

    boolean closed() {
        return references.get() <= 0;
    }

    /**
     * Runs once beside live traffic, uncounted. The caller holds a reference.
     *
     * @param inputsReady that fit this session, as golden cases do
     * @param options through which the run can be ended
     * @return seconds of the run, outputs included
     * @throws OrtException where the run failed or was ended
     */
    InferenceResult runBeside(Map<String, TensorValue> inputsReady, OrtSession.RunOptions options) throws OrtException {
        long start = System.nanoTime();
        Map<String, OnnxTensor> feeds = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, TensorValue> value : inputsReady.entrySet()) {
                feeds.put(value.getKey(), tensors.toOrt(value.getValue()));
            }
            Map<String, TensorValue> outputs = new LinkedHashMap<>();
            try (OrtSession.Result result = session.run(feeds, session.getOutputNames(), options)) {
                for (String name : session.getOutputNames()) {
                    outputs.put(name, tensors.fromOrt(name, result.get(name).orElseThrow()));
                }
            }
            double seconds = (System.nanoTime() - start) * 1e-9;
            return new InferenceResult(metadata.variant(), metadata.version(), metadata.manifest(), outputs, seconds);
        } finally {
            feeds.values().forEach(OnnxTensor::close);
        }
    }

    /** Runs once and counts it. The caller holds a reference. */
    InferenceResult run(Map<String, TensorValue> values, Collection<String> wanted) {
        try {
            check(values, wanted);
        } catch (EdgewrightException e) {
            meter.rejected();
            throw e;
        }
        long start = System.nanoTime();
        Map<String, OnnxTensor> feeds = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, TensorValue> value : values.entrySet()) {
                feeds.put(value.getKey(), tensors.toOrt(value.getValue()));
            }
            Set<String> names = wanted.isEmpty() ? session.getOutputNames() : Set.copyOf(wanted);
            Map<String, TensorValue> outputs = new LinkedHashMap<>();
            try (OrtSession.Result result = session.run(feeds, names)) {
                for (String name : wanted.isEmpty() ? names : wanted) {
                    outputs.put(name, tensors.fromOrt(name, result.get(name).orElseThrow()));
                }
            }
            double seconds = (System.nanoTime() - start) * 1e-9;
            meter.answered(seconds);
            return new InferenceResult(metadata.variant(), metadata.version(), metadata.manifest(), outputs, seconds);
        } catch (OrtException e) {
            meter.failed();
            throw EdgewrightException.resource(
                    "INFERENCE_FAILED", "ONNX Runtime failed in " + metadata.describe() + ": " + e.getMessage(), e);
        } catch (EdgewrightException e) {
            if (e.kind() == EdgewrightException.Kind.CALLER) {
                meter.rejected();
            } else {
                meter.failed();
            }
            throw e;
        } finally {
            feeds.values().forEach(OnnxTensor::close);
        }
    }

    private void check(Map<String, TensorValue> values, Collection<String> wanted) {
        for (TensorSignature input : inputs.values()) {
            TensorValue value = values.get(input.name());
            if (value == null) {
                throw EdgewrightException.caller(
                        "INPUT_MISSING", "input \"" + input.name() + "\" is missing; " + expected());
            }
            if (value.datatype() != input.datatype()) {
                throw EdgewrightException.caller(
                        "INPUT_DATATYPE",
                        "input \"" + input.name() + "\" has datatype " + value.datatype() + ", expected "
                                + input.describe());
            }
            if (!input.accepts(value.shape())) {
                throw EdgewrightException.caller(
                        "INPUT_SHAPE",
                        "input \"" + input.name() + "\" has shape " + Arrays.toString(value.shape()) + ", expected "
                                + input.describe());
            }
        }
        if (values.size() != inputs.size()) {
            List<String> unknown = new ArrayList<>(values.keySet());
            unknown.removeAll(inputs.keySet());
            throw EdgewrightException.caller("INPUT_UNKNOWN", "no input is named " + unknown + "; " + expected());
        }
        for (String name : wanted) {
            if (!outputNames.contains(name)) {
                throw EdgewrightException.caller(
                        "OUTPUT_UNKNOWN", "no output is named \"" + name + "\"; the model has " + outputNames);
            }
        }
    }

    private String expected() {
        return "the model takes "
                + inputs.values().stream()
                        .map(i -> i.name() + " " + i.describe())
                        .collect(Collectors.joining(", "));
    }

    private static List<TensorSignature> signatures(Collection<NodeInfo> nodes) {
        List<TensorSignature> signatures = new ArrayList<>();
        for (NodeInfo node : nodes) {
            if (!(node.getInfo() instanceof TensorInfo info)) {
                throw EdgewrightException.caller(
                        "MODEL_SIGNATURE", node.getName() + " is a " + node.getInfo() + "; only tensors can be served");
            }
            Datatype datatype = Datatype.of(info.onnxType)
                    .orElseThrow(() -> EdgewrightException.caller(
                            "MODEL_SIGNATURE", node.getName() + " has element type " + info.onnxType));
            signatures.add(new TensorSignature(
                    node.getName(),
                    datatype,
                    Arrays.stream(info.getShape()).boxed().toList()));
        }
        return signatures;
    }
}
