package dev.edgewright.compression.quantize;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Shape;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.ValueInfo;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import dev.edgewright.compression.runtime.ShapeInference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs a static int8 model with the integer arithmetic of another machine: layers with int8 weights are computed here, exactly as the kernel
 * would; everything between them runs in ONNX Runtime on the graph as it is written. With {@code saturating} false the result is that of a
 * machine with VNNI, up to the rounding of ties, which is how this class is tested.
 */
public final class Int8Emulation implements AutoCloseable {

    /** From the layer outputs that are known to the next layer's input codes, or to the graph's outputs. */
    private record Stage(Int8Layer layer, ModelSession session, Set<String> feeds, List<String> wanted) {}

    private final Graph graph;
    private final boolean saturating;
    private final ShapeInference ranks;
    private final List<Stage> stages = new ArrayList<>();
    private final Map<Int8Layer, Int8Arithmetic> arithmetic = new HashMap<>();

    /** @param saturating whether sums of two products stop at 16 bits, as on x86 without VNNI */
    public Int8Emulation(Graph graph, boolean saturating) {
        this.graph = graph;
        this.saturating = saturating;
        this.ranks = ShapeInference.of(graph);
        List<Int8Layer> layers = Int8Layer.of(graph);
        if (layers.isEmpty()) {
            throw new CompressionException(Code.RECIPE_INVALID, graph.name() + " has no int8 layers to emulate");
        }
        Set<String> computed = new HashSet<>();
        for (Int8Layer layer : layers) {
            add(layer, List.of(layer.inputNode().input(0)), computed);
            computed.add(layer.node().output(0));
            arithmetic.put(layer, new Int8Arithmetic(graph, layer, saturating));
        }
        add(null, graph.outputs().stream().map(ValueInfo::name).toList(), computed);
    }

    private void add(Int8Layer layer, List<String> wanted, Set<String> computed) {
        Set<String> feeds = new LinkedHashSet<>();
        Set<Node> needed = new LinkedHashSet<>();
        wanted.forEach(value -> collect(value, computed, feeds, needed));
        List<String> unknown =
                wanted.stream().filter(value -> !feeds.contains(value)).toList();
        if (unknown.isEmpty()) {
            stages.add(new Stage(layer, null, feeds, wanted));
            return;
        }
        GraphEdit edit = graph.edit();
        graph.nodes().stream().filter(node -> !needed.contains(node)).forEach(edit::remove);
        List<ValueInfo> inputs = new ArrayList<>();
        for (String feed : feeds) {
            inputs.add(graph.feeds().stream()
                    .filter(input -> input.name().equals(feed))
                    .findFirst()
                    .orElseGet(() -> floats(feed)));
        }
        Set<String> read = new HashSet<>();
        needed.forEach(node -> read.addAll(node.reads()));
        graph.initializers().keySet().stream()
                .filter(name -> !read.contains(name))
                .forEach(edit::removeInitializer);
        Graph stage = edit.setInputs(inputs)
                .setOutputs(unknown.stream().map(ValueInfo::untyped).toList())
                .clearAnnotations()
                .build();
        stages.add(new Stage(layer, ModelSession.open(stage, SessionSettings.literal()), feeds, unknown));
    }

    /** A float of the layer's rank; every size has a symbol of its own, since equal symbols promise equal sizes. */
    private ValueInfo floats(String layerOutput) {
        Node node = graph.producer(layerOutput).orElseThrow();
        int rank = node.is("Conv") ? 4 : node.is("Gemm") ? 2 : ranks.rank(layerOutput);
        Object[] sizes = new Object[rank];
        for (int axis = 0; axis < rank; axis++) {
            sizes[axis] = layerOutput + "_size" + axis;
        }
        return ValueInfo.tensor(layerOutput, ElementType.FLOAT, Shape.ofMixed(sizes));
    }

    private void collect(String value, Set<String> computed, Set<String> feeds, Set<Node> needed) {
        boolean input = graph.feeds().stream().anyMatch(feed -> feed.name().equals(value));
        if (computed.contains(value) || input) {
            feeds.add(value);
            return;
        }
        graph.producer(value).ifPresent(node -> {
            if (needed.add(node)) {
                node.reads().forEach(read -> collect(read, computed, feeds, needed));
            }
        });
    }

    /** The graph's outputs for these inputs. */
    public Map<String, Tensor> run(Map<String, Tensor> feeds) {
        Map<String, Tensor> values = new HashMap<>(feeds);
        for (Stage stage : stages) {
            if (stage.session() != null) {
                Map<String, Tensor> given = new HashMap<>();
                stage.feeds().forEach(feed -> given.put(feed, values.get(feed)));
                values.putAll(stage.session().run(given, new LinkedHashSet<>(stage.wanted())));
            }
            if (stage.layer() != null) {
                Tensor codes = values.get(stage.layer().inputNode().input(0));
                values.put(
                        stage.layer().node().output(0),
                        arithmetic.get(stage.layer()).apply(codes));
            }
        }
        Map<String, Tensor> outputs = new HashMap<>();
        graph.outputs().forEach(output -> outputs.put(output.name(), values.get(output.name())));
        return outputs;
    }

    /** Whether sums of two products saturate here. */
    public boolean saturating() {
        return saturating;
    }

    @Override
    public void close() {
        for (Stage stage : stages) {
            if (stage.session() != null) {
                stage.session().close();
            }
        }
    }
}
