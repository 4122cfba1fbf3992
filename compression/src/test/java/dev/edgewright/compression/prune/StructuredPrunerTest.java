package dev.edgewright.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.ValueInfo;
import dev.edgewright.compression.prune.ChannelSlice.Role;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import dev.edgewright.compression.runtime.ShapeInference;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class StructuredPrunerTest {

    private static final Map<String, Graph> NETS = PruneNets.all();

    @Provide
    Arbitrary<String> nets() {
        return Arbitraries.of(NETS.keySet());
    }

    /** The pruned graph computes what the whole one computes with those channels zeroed where the next layer reads them. */
    @Property(tries = 40)
    void pruningIsZeroingBeforeTheNextLayer(@ForAll("nets") String name, @ForAll long seed) {
        Graph graph = NETS.get(name);
        ShapeInference shapes = ShapeInference.of(graph);
        ChannelGroups groups = ChannelGroups.of(graph, shapes);
        Random random = new Random(seed);
        Map<String, int[]> keep = new HashMap<>();
        for (ChannelGroup group : groups.all()) {
            if (random.nextInt(3) > 0) {
                int always = random.nextInt(group.units());
                keep.put(
                        group.id(),
                        IntStream.range(0, group.units())
                                .filter(unit -> unit == always || random.nextBoolean())
                                .toArray());
            }
        }
        PrunePlan plan = new PrunePlan(keep);
        Graph pruned = StructuredPruner.prune(graph, shapes, groups, plan);
        assertThat(difference(pruned, zeroed(graph, groups, plan), seed)).isLessThan(1e-4);
    }

    @Test
    void everyNetworkHasTheGroupsThatItShouldHave() {
        assertThat(ids("residual")).containsExactly("stem x 32", "left x 32", "wide x 64");
        assertThat(ids("dense")).containsExactly("fc1 x 256", "fc2 x 128");
        assertThat(ids("mobile")).containsExactly("stem x 16", "expand x 48", "squeeze x 16");
        assertThat(ids("grouped")).containsExactly("first x 4", "grouped x 6", "last x 8");
        assertThat(ids("branches")).containsExactly("left x 12", "right x 4", "right#2 x 16", "upper x 8");
        assertThat(ids("decoder")).containsExactly("enter x 16", "down x 24", "join x 16", "grow x 8");
        assertThat(ids("flattened")).containsExactly("conv x 16", "fc1 x 24");
        assertThat(ids("attention")).containsExactly("query x 4", "up x 40");
    }

    private static List<String> ids(String name) {
        return groups(NETS.get(name)).all().stream().map(ChannelGroup::toString).toList();
    }

    @Test
    void theNormalisedAxisShrinksOnlyWhenAllowed() {
        GraphBuilder net = GraphBuilder.named("norm").seed(3);
        String x = net.matMul(net.input("x", ElementType.FLOAT, "N", 4), "a", 4, 16);
        x = net.op("LayerNormalization", List.of(x, net.floats("w", PruneNets.ramp(16), 16)));
        Graph graph = net.output(net.matMul(x, "b", 16, 4), "y", ElementType.FLOAT, "N", 4)
                .build();
        assertThat(groups(graph).all()).isEmpty();
        assertThat(groups(graph).notes()).anyMatch(note -> note.contains("a keeps its 16 outputs: normalised axis"));
        ShapeInference shapes = ShapeInference.of(graph);
        ChannelGroups allowed = ChannelGroups.of(graph, shapes, true);
        Graph pruned = StructuredPruner.prune(graph, shapes, allowed, new PrunePlan(Map.of("a", new int[] {1, 2, 9})));
        assertThat(run(pruned, 1)).hasSize(1);
    }

    @Test
    void unknownOperatorsKeepWhatTheyTouch() {
        GraphBuilder net = GraphBuilder.named("unknown").seed(4);
        String x = net.relu(net.conv(net.input("x", ElementType.FLOAT, "N", 1, 8, 8), "a", 1, 16, 3, 1, 1, 1, true));
        x = net.op("DepthToSpace", List.of(x), dev.edgewright.compression.graph.Attribute.ofInt("blocksize", 2));
        x = net.conv(x, "b", 4, 8, 3, 1, 1, 1, true);
        Graph graph = net.output(
                        net.globalAveragePool(net.conv(x, "c", 8, 2, 1, 1, 0, 1, true)),
                        "y",
                        ElementType.FLOAT,
                        "N",
                        2,
                        1,
                        1)
                .build();
        assertThat(groups(graph).all()).extracting(ChannelGroup::id).containsExactly("b");
        assertThat(groups(graph).notes())
                .anyMatch(note -> note.contains("a keeps its 16 outputs: unknown operator DepthToSpace"));
    }

    @Test
    void aFlattenRepeatsEveryChannel() {
        ChannelGroup conv = groups(NETS.get("flattened")).find("conv").orElseThrow();
        ChannelSlice rows = conv.constants(Role.CONSUMES).get(0);
        assertThat(rows.positions()[1]).hasSize(16).contains(16, 31);
    }

    @Test
    void groupsKeepTheirIdsAcrossPruning() {
        Graph graph = NETS.get("mobile");
        ShapeInference shapes = ShapeInference.of(graph);
        PrunePlan plan = new PrunePlan(Map.of("expand", IntStream.range(0, 24).toArray()));
        Graph pruned = StructuredPruner.prune(graph, shapes, groups(graph), plan);
        assertThat(groups(pruned).all().stream().map(ChannelGroup::toString))
                .containsExactly("stem x 16", "expand x 24", "squeeze x 16");
    }

    @Test
    void aPlanForAnotherGraphIsRefused() {
        Graph graph = NETS.get("dense");
        ShapeInference shapes = ShapeInference.of(graph);
        assertThatThrownBy(() -> StructuredPruner.prune(
                        graph, shapes, groups(graph), new PrunePlan(Map.of("nothing", new int[] {0}))))
                .isInstanceOf(CompressionException.class)
                .hasMessageContaining("there is no group nothing")
                .hasMessageContaining("fc1");
        assertThatThrownBy(() -> StructuredPruner.prune(
                        graph, shapes, groups(graph), new PrunePlan(Map.of("fc1", new int[] {256}))))
                .hasMessageContaining("has units 0..255");
        assertThatThrownBy(() -> new PrunePlan(Map.of("fc1", new int[0]))).hasMessageContaining("at least one unit");
    }

    private static ChannelGroups groups(Graph graph) {
        return ChannelGroups.of(graph, ShapeInference.of(graph));
    }

    /** Consumers' weights zeroed for what goes; where no layer consumes (queries against keys), the producers. */
    private static Graph zeroed(Graph graph, ChannelGroups groups, PrunePlan plan) {
        Map<String, Tensor> changed = new HashMap<>();
        for (ChannelGroup group : groups.all()) {
            if (!plan.keep().containsKey(group.id())) {
                continue;
            }
            List<Integer> keep =
                    Arrays.stream(plan.keep().get(group.id())).boxed().toList();
            List<ChannelSlice> slices = group.constants(Role.CONSUMES);
            for (ChannelSlice slice : slices.isEmpty() ? group.constants() : slices) {
                Tensor tensor = changed.computeIfAbsent(
                        slice.value(), name -> graph.constant(name).orElseThrow());
                float[] values = tensor.toFloats();
                int inner = 1;
                for (int axis = slice.axis() + 1; axis < tensor.rank(); axis++) {
                    inner *= (int) tensor.size(axis);
                }
                int size = (int) tensor.size(slice.axis());
                boolean[] gone = new boolean[size];
                for (int unit = 0; unit < group.units(); unit++) {
                    if (!keep.contains(unit)) {
                        Arrays.stream(slice.positions()[unit]).forEach(i -> gone[i] = true);
                    }
                }
                for (int i = 0; i < values.length; i++) {
                    if (gone[i / inner % size]) {
                        values[i] = 0;
                    }
                }
                changed.put(slice.value(), tensor.withFloats(values));
            }
        }
        GraphEdit edit = graph.edit();
        changed.values().forEach(edit::put);
        return edit.build();
    }

    private static double difference(Graph a, Graph b, long seed) {
        Map<String, Tensor> left = run(a, seed);
        Map<String, Tensor> right = run(b, seed);
        double worst = 0;
        for (String output : left.keySet()) {
            float[] x = left.get(output).toFloats();
            float[] y = right.get(output).toFloats();
            assertThat(x).hasSameSizeAs(y);
            double scale = 1;
            for (float v : y) {
                scale = Math.max(scale, Math.abs(v));
            }
            for (int i = 0; i < x.length; i++) {
                worst = Math.max(worst, Math.abs(x[i] - y[i]) / scale);
            }
        }
        return worst;
    }

    private static Map<String, Tensor> run(Graph graph, long seed) {
        Random random = new Random(seed);
        Map<String, Tensor> feeds = new HashMap<>();
        for (ValueInfo input : graph.feeds()) {
            long[] sizes = input.shape().orElseThrow().sizes();
            for (int i = 0; i < sizes.length; i++) {
                sizes[i] = sizes[i] < 0 ? 3 : sizes[i];
            }
            float[] values = new float[(int) Arrays.stream(sizes).reduce(1, Math::multiplyExact)];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            feeds.put(input.name(), Tensor.ofFloats(input.name(), values, sizes));
        }
        try (ModelSession session = ModelSession.open(graph, SessionSettings.single())) {
            return session.run(feeds);
        }
    }
}
