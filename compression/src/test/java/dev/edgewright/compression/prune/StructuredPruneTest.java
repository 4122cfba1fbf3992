package dev.edgewright.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.FashionNet;
import dev.edgewright.compression.SampleData;
import dev.edgewright.compression.calibration.OutputProbe;
import dev.edgewright.compression.cleanup.Cleanup;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.recipe.PruneTechnique;
import dev.edgewright.compression.recipe.StepParameters;
import dev.edgewright.compression.runtime.ShapeInference;
import java.io.IOException;
import java.nio.file.Path;
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
        assertThatThrownBy(() -> prune(Map.of("macs", 0.5, "size", 0.5))).hasMessageContaining("not both");
        assertThatThrownBy(() -> prune(Map.of("macs", 1.5))).hasMessageContaining("at most 1, not 1.5");
        assertThatThrownBy(() -> prune(Map.of("importance", "random"))).hasMessageContaining("not random");
        assertThatThrownBy(() -> prune(Map.of("importance", "activation")).apply(graph, PassContext.of(1)))
                .hasMessageContaining("needs calibration samples");
    }
}
