package dev.edgewright.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.compression.FashionNet;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.recipe.SparsifyTechnique;
import dev.edgewright.compression.recipe.StepParameters;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class SparsePruneTest {

    private static final Graph DENSE = FashionNet.dense();

    @Property(tries = 10)
    void theShareOfZerosIsWhatWasAskedFor(@ForAll @DoubleRange(min = 0, max = 0.99) double sparsity) {
        Graph sparse = SparsePrune.unstructured(sparsity)
                .apply(DENSE, PassContext.of(0))
                .graph();
        long zeros = 0;
        long all = 0;
        for (String name : new String[] {"fc1.weight", "fc2.weight", "fc3.weight"}) {
            for (float value : sparse.initializer(name).orElseThrow().toFloats()) {
                zeros += value == 0 ? 1 : 0;
                all++;
            }
        }
        assertThat((double) zeros / all).isCloseTo(sparsity, org.assertj.core.data.Offset.offset(1e-4));
    }

    @Test
    void everyRunOfFourKeepsItsTwoLargest() {
        Graph sparse = SparsePrune.pattern(2, 4).apply(DENSE, PassContext.of(0)).graph();
        float[] before = DENSE.initializer("fc2.weight").orElseThrow().toFloats();
        float[] after = sparse.initializer("fc2.weight").orElseThrow().toFloats();
        for (int run = 0; run < after.length; run += 4) {
            double kept = Double.POSITIVE_INFINITY;
            double dropped = 0;
            int zeros = 0;
            for (int i = run; i < run + 4; i++) {
                if (after[i] == 0) {
                    zeros++;
                    dropped = Math.max(dropped, Math.abs(before[i]));
                } else {
                    kept = Math.min(kept, Math.abs(before[i]));
                }
            }
            assertThat(zeros).isEqualTo(2);
            assertThat(kept).isGreaterThanOrEqualTo(dropped);
        }
    }

    @Test
    void theTransferIsMeasured() {
        PassResult result = SparsePrune.unstructured(0.8).apply(DENSE, PassContext.of(0));
        assertThat(SparsePrune.transfer(result.graph())).isLessThan(SparsePrune.transfer(DENSE) / 2);
        assertThat(result.lineage().get(0))
                .contains("transfer after zstd " + SparsePrune.transfer(DENSE) + " -> ")
                .endsWith("no faster");
    }

    @Test
    void badParametersAreNamed() {
        assertThatThrownBy(() -> technique(Map.of("sparsity", 1.0))).hasMessageContaining("below 1, not 1.0");
        assertThatThrownBy(() -> technique(Map.of("pattern", "4:2"))).hasMessageContaining("not 4:2");
        assertThatThrownBy(() -> technique(Map.of("pattern", "some"))).hasMessageContaining("such as 2:4, not some");
    }

    private static void technique(Map<String, Object> parameters) {
        new SparsifyTechnique().pass(new StepParameters("sparsify", parameters));
    }
}
