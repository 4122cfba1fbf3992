package dev.edgewright.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.FashionNet;
import dev.edgewright.compression.SampleData;
import dev.edgewright.compression.calibration.OutputProbe;
import dev.edgewright.compression.cleanup.Cleanup;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.recipe.PruneTechnique;
import dev.edgewright.compression.recipe.StepParameters;
import dev.edgewright.compression.runtime.LayerTimer;
import dev.edgewright.compression.runtime.ShapeInference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StructuredPruneTest {

    @TempDir
    Path folder;

    private Graph graph;
    private PassContext context;
    private DataSource data;

    @BeforeEach
    void prepare() throws IOException {
        data = SampleData.write(folder, 256);
        context = PassContext.of(1, data.calibration());
        graph = Cleanup.all().apply(FashionNet.residual(), context).graph();
    }

    private static Pass prune(Map<String, Object> parameters) {
        return new PruneTechnique().pass(new StepParameters("prune", parameters));
    }

    @Test
    void theBudgetIsKeptInBlocks() {
        PassResult result = prune(Map.of("macs", 0.6)).apply(graph, context);
        double before = Cost.macs(graph, ShapeInference.of(graph));
        double after = Cost.macs(result.graph(), ShapeInference.of(result.graph()));
        assertThat(after / before).isBetween(0.3, 0.6);
        for (ChannelGroup group : ChannelGroups.of(result.graph(), ShapeInference.of(result.graph()))
                .all()) {
            assertThat(group.units() % 8).isZero();
        }
        assertThat(result.lineage()).singleElement().asString().contains("prune: macs 0.", "repair=least-squares(");
    }

    @Test
    void aBudgetOfTimeIsPredictedFromMeasuredLayers() {
        PassResult result = prune(Map.of("time", 0.7)).apply(graph, context);
        assertThat(result.lineage()).singleElement().asString().contains("prune: predicted time 0.");
        assertThat(Cost.macs(result.graph(), ShapeInference.of(result.graph())))
                .isLessThan(Cost.macs(graph, ShapeInference.of(graph)));
        assertThatThrownBy(() -> prune(Map.of("time", 0.7, "macs", 0.7)))
                .hasMessageContaining("one of macs, size and time");
    }

    @Test
    void layersAreTimedAtFewCountsAndInterpolatedBetween() {
        LayerTimer timer = new LayerTimer();
        Cost cost = Cost.time(
                graph,
                ShapeInference.of(graph),
                ChannelGroups.of(graph, ShapeInference.of(graph)).all(),
                8,
                timer);
        List<ChannelGroup> groups =
                ChannelGroups.of(graph, ShapeInference.of(graph)).all();
        int[] whole = groups.stream().mapToInt(ChannelGroup::units).toArray();
        double once = cost.of(whole);
        int measured = timer.measured();
        assertThat(once).isPositive().isEqualTo(cost.of(whole));
        assertThat(timer.measured())
                .as("measured once each")
                .isEqualTo(measured)
                .isLessThanOrEqualTo(5);
    }

    @Test
    void staleBatchNormsAreMeasuredAgain() {
        Graph fresh = normalised(0.4f, 1.5f);
        Graph stale = normalised(3f, 9f);
        Graph refreshed = BatchNormRefresh.of(fresh, stale, data.calibration());
        OutputProbe probe = new OutputProbe(fresh, data.validation(), 32);
        assertThat(probe.error(refreshed)).isLessThan(probe.error(stale));
        assertThat(BatchNormRefresh.of(stale, stale, data.calibration()))
                .as("what does not help is not kept")
                .isSameAs(stale);
    }

    /** A BatchNormalization behind a Relu, which nothing can fold. */
    private static Graph normalised(float mean, float variance) {
        GraphBuilder net = GraphBuilder.named("normalised").seed(3);
        String x = net.input("image", ElementType.FLOAT, "N", 1, 28, 28);
        x = net.batchNorm(net.relu(net.conv(x, "a", 1, 16, 3, 2, 1, 1, true)), "bn", 16);
        float[] means = new float[16];
        float[] variances = new float[16];
        Arrays.fill(means, mean);
        Arrays.fill(variances, variance);
        net.set("bn.running_mean", means).set("bn.running_var", variances);
        x = net.gemm(
                net.flatten(net.globalAveragePool(net.relu(net.conv(x, "b", 16, 16, 3, 2, 1, 1, true)))), "c", 16, 10);
        return net.output(x, "logits", ElementType.FLOAT, "N", 10).build();
    }

    @Test
    void theRepairBringsTheOutputsBack() {
        OutputProbe unseen = new OutputProbe(graph, data.validation(), 32);
        double repaired =
                unseen.error(prune(Map.of("macs", 0.6)).apply(graph, context).graph());
        double plain = unseen.error(prune(Map.of("macs", 0.6, "repair", false))
                .apply(graph, context)
                .graph());
        double magnitude = unseen.error(prune(Map.of("macs", 0.6, "importance", "magnitude"))
                .apply(graph, context)
                .graph());
        assertThat(repaired).isLessThan(plain).isLessThan(magnitude / 4);
    }

    @Test
    void theSameSeedGivesTheSameBytes() {
        Pass prune = prune(Map.of("macs", 0.6));
        byte[] once = OnnxFile.toBytes(prune.apply(graph, context).graph());
        byte[] again = OnnxFile.toBytes(prune.apply(graph, context).graph());
        assertThat(once).isEqualTo(again);
    }

    @Test
    void withoutDataMagnitudeDecides() {
        PassResult result = prune(Map.of("size", 0.5)).apply(graph, PassContext.of(1));
        assertThat(result.graph().parameters()).isLessThanOrEqualTo(graph.parameters() / 2);
        assertThat(result.lineage().get(0)).contains("importance=magnitude", "repair=none");
    }

    @Test
    void whatCannotBeDoneIsSaid() {
        assertThatThrownBy(() ->
                        prune(Map.of("macs", 0.01, "importance", "magnitude")).apply(graph, context))
                .isInstanceOf(CompressionException.class)
                .hasMessageContaining("is the least that blocks of 8 channels reach here");
        assertThatThrownBy(() -> prune(Map.of("macs", 0.5, "size", 0.5)))
                .hasMessageContaining("one of macs, size and time");
        assertThatThrownBy(() -> prune(Map.of("macs", 1.5))).hasMessageContaining("at most 1, not 1.5");
        assertThatThrownBy(() -> prune(Map.of("importance", "random"))).hasMessageContaining("not random");
        assertThatThrownBy(() -> prune(Map.of("importance", "activation")).apply(graph, PassContext.of(1)))
                .hasMessageContaining("needs calibration samples");
    }
}
