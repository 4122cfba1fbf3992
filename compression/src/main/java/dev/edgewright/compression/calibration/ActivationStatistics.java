package dev.edgewright.compression.calibration;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.data.Batch;
import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.ValueInfo;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Histograms and per-channel means of chosen activations over a calibration split: one run of the float graph serves every pass of a
 * stage. Memory is the number of tensors times one histogram (16 KiB), plus one batch of activations; the number of samples does not
 * matter.
 */
public final class ActivationStatistics {

    /** How many samples to run at once: every watched value of them lies in memory, and more at once is not faster. */
    public static final int BATCH = 4;

    private final Map<String, Histogram> histograms;
    private final Map<String, ChannelStatistics> channels;
    private final long samples;

    private ActivationStatistics(
            Map<String, Histogram> histograms, Map<String, ChannelStatistics> channels, long samples) {
        this.histograms = histograms;
        this.channels = channels;
        this.samples = samples;
    }

    /**
     * Runs the graph over the split and watches these values.
     *
     * @param values names of float tensors, graph inputs among them
     * @param batching how the samples fit the model
     * @throws CompressionException DATA_NOT_FINITE when an activation becomes NaN or infinite
     */
    public static ActivationStatistics gather(Graph graph, Split split, Collection<String> values, Batching batching) {
        return gather(graph, split, values, batching, 1);
    }

    /** As {@link #gather(Graph, Split, Collection, Batching)}, on this many threads; 0 for one on each core. */
    public static ActivationStatistics gather(
            Graph graph, Split split, Collection<String> values, Batching batching, int threads) {
        Set<String> inputs = new LinkedHashSet<>();
        graph.feeds().forEach(feed -> inputs.add(feed.name()));
        List<ValueInfo> outputs = new ArrayList<>(graph.outputs());
        Set<String> computed = new LinkedHashSet<>();
        for (String value : values) {
            if (!inputs.contains(value)) {
                computed.add(value);
                if (!graph.isOutput(value)) {
                    outputs.add(ValueInfo.untyped(value));
                }
            }
        }
        Map<String, Histogram> histograms = new LinkedHashMap<>();
        Map<String, ChannelStatistics> channels = new LinkedHashMap<>();
        long[] seen = {0};
        Graph watched = graph.edit().setOutputs(outputs).clearAnnotations().build();
        try (ModelSession session = ModelSession.open(watched, SessionSettings.watching(threads))) {
            split.forEachBatch(batching.size(), raw -> {
                Batch batch = batching.fit(raw);
                for (String value : values) {
                    Tensor tensor = inputs.contains(value) ? batch.inputs().get(value) : null;
                    if (tensor != null && tensor.type() == ElementType.FLOAT) {
                        watch(value, tensor, histograms, channels, batch, seen[0]);
                    }
                }
                session.visit(
                        batch.inputs(),
                        computed.isEmpty() ? Set.of(graph.outputs().get(0).name()) : computed,
                        tensor -> {
                            if (computed.contains(tensor.name()) && tensor.type() == ElementType.FLOAT) {
                                watch(tensor.name(), tensor, histograms, channels, batch, seen[0]);
                            }
                        });
                seen[0] += batch.size();
            });
        }
        return new ActivationStatistics(histograms, channels, seen[0]);
    }

    private static void watch(
            String name,
            Tensor tensor,
            Map<String, Histogram> histograms,
            Map<String, ChannelStatistics> channels,
            Batch batch,
            long position) {
        float[] values = tensor.toFloats();
        refuseNotFinite(name, values, batch, position);
        histograms.computeIfAbsent(name, key -> new Histogram()).add(values);
        if (tensor.rank() >= 2) {
            channels.computeIfAbsent(name, key -> new ChannelStatistics()).add(values, tensor.sizes());
        }
    }

    private static void refuseNotFinite(String name, float[] values, Batch batch, long position) {
        double sum = 0; // of floats, so only something that is not finite makes it so
        for (float value : values) {
            sum += value;
        }
        if (Double.isFinite(sum)) {
            return;
        }
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new CompressionException(
                        Code.DATA_NOT_FINITE,
                        "activation " + name + " becomes " + value + " in samples " + position + ".."
                                + (position + batch.size())
                                + " of the calibration data; look at the weights and the data");
            }
        }
    }

    /** The histogram of a value that was watched and held floats. */
    public Optional<Histogram> histogram(String value) {
        return Optional.ofNullable(histograms.get(value));
    }

    /** The range that a calibrator chooses for a value. */
    public Optional<Range> range(String value, Calibrator calibrator) {
        return histogram(value).map(calibrator::range);
    }

    /** Statistics for each channel of a value with two or more axes. */
    public Optional<ChannelStatistics> channels(String value) {
        return Optional.ofNullable(channels.get(value));
    }

    /** How many samples were run. */
    public long samples() {
        return samples;
    }
}
