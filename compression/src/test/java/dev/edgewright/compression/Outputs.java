package dev.edgewright.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import dev.edgewright.compression.runtime.SyntheticFeeds;
import java.util.Map;

/** Runs graphs on the same random feeds and compares what comes out. */
public final class Outputs {

    private Outputs() {}

    /** All outputs of a graph, not optimised by the runtime. */
    public static Map<String, Tensor> of(Graph graph) {
        try (ModelSession session = ModelSession.open(graph, SessionSettings.literal())) {
            return session.run(SyntheticFeeds.of(session.inputs(), 3));
        }
    }

    /** Fails unless both graphs give the same numbers up to rounding. */
    public static void same(Graph expected, Graph actual) {
        Map<String, Tensor> want = of(expected);
        Map<String, Tensor> have = of(actual);
        assertThat(have.keySet()).isEqualTo(want.keySet());
        want.forEach((name, tensor) -> {
            assertThat(have.get(name).sizes()).isEqualTo(tensor.sizes());
            float[] a = tensor.toFloats();
            float[] b = have.get(name).toFloats();
            for (int i = 0; i < a.length; i++) {
                assertThat(b[i]).as("%s[%d]", name, i).isCloseTo(a[i], within(1e-4f * (1 + Math.abs(a[i]))));
            }
        });
    }
}
