package dev.edgewright.agent.device;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.edgewright.agent.inference.OrtRuntime;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.v1.Probe;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Measures how fast this device runs convolutions, depthwise convolutions and matrix products, in fp32 and both int8 forms, at three sizes,
 * with one thread and with all, and how fast it moves memory. Medians; the graphs are bundled.
 */
public final class ProbeSuite {
    /** Part of the fingerprint: raised when a graph or the way of measuring changes. */
    static final int VERSION = 1;

    static final List<String> KERNELS = List.of("conv", "depthwise_conv", "gemm");
    static final List<String> PRECISIONS = List.of("fp32", "u8s8", "s8s8");
    static final List<String> SIZES = List.of("small", "medium", "large");

    private final ProbeSettings settings;
    private final OrtEnvironment environment = OrtRuntime.environment();

    public ProbeSuite(ProbeSettings settings) {
        this.settings = settings;
    }

    /** @param allThreads that inference uses on this device */
    public List<Probe> run(int allThreads) {
        List<Probe> probes = new ArrayList<>();
        for (int threads : new TreeSet<>(List.of(1, allThreads))) {
            for (String kernel : KERNELS) {
                for (String precision : PRECISIONS) {
                    for (String size : SIZES) {
                        probes.add(graph(kernel, precision, size, threads));
                    }
                }
            }
            probes.add(new MemoryProbe(settings).run(threads));
        }
        return probes;
    }

    Probe graph(String kernel, String precision, String size, int threads) {
        String name = "probes/" + kernel + "-" + precision + "-" + size + ".onnx";
        try (OrtSession.SessionOptions options = options(threads);
                OrtSession session = environment.createSession(resource(name), options);
                OnnxTensor input = input(session)) {
            Map<String, OnnxTensor> feeds = Map.of("x", input);
            Timing timing = Timing.measure(settings, () -> session.run(feeds).close());
            return timing.describe(Probe.newBuilder()
                            .setKernel(kernel)
                            .setPrecision(precision)
                            .setSize(size)
                            .setThreads(threads)
                            .setWork(ProbeWork.multiplyAccumulates(kernel, size)))
                    .build();
        } catch (OrtException e) {
            throw EdgewrightException.bug(
                    "PROBE_FAILED", "bundled graph " + name + " does not run: " + e.getMessage(), e);
        }
    }

    /** Spinning is off, as it is when models are served: what is measured here is what they will get. */
    private static OrtSession.SessionOptions options(int threads) throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(threads);
        options.setInterOpNumThreads(1);
        options.addConfigEntry("session.intra_op.allow_spinning", "0");
        return options;
    }

    private OnnxTensor input(OrtSession session) throws OrtException {
        TensorInfo info = (TensorInfo) session.getInputInfo().get("x").getInfo();
        long[] shape = info.getShape();
        int elements = Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b));
        ByteBuffer data = ByteBuffer.allocateDirect(elements * Float.BYTES).order(ByteOrder.nativeOrder());
        for (int i = 0; i < elements; i++) {
            data.putFloat((i % 17 - 8) / 8f);
        }
        return OnnxTensor.createTensor(environment, data.flip(), shape, OnnxJavaType.FLOAT);
    }

    private static byte[] resource(String name) {
        try (InputStream in = ProbeSuite.class.getResourceAsStream(name)) {
            if (in == null) {
                throw EdgewrightException.bug("RESOURCE_MISSING", "no bundled graph " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
