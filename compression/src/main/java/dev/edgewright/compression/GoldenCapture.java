package dev.edgewright.compression;

import dev.edgewright.compression.data.Batch;
import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.runtime.ModelSession;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Records what a candidate answers to a few validation samples. */
final class GoldenCapture {

    private static final double FLOAT_COSINE = 0.9999;
    private static final double INT8_COSINE = 0.99;

    private GoldenCapture() {}

    static GoldenCases of(ModelSession session, Split split, int count, boolean quantized) {
        Batching one = Batching.of(session.inputs(), 1);
        List<GoldenCases.Case> cases = new ArrayList<>();
        long cost = 0;
        try (Split.Batches batches = split.batches(one.size())) {
            while (batches.hasNext() && cases.size() < count && cost < 1 << 20) {
                Batch batch = one.fit(batches.next());
                Map<String, Tensor> outputs = new LinkedHashMap<>(session.run(batch.inputs()));
                cases.add(new GoldenCases.Case(batch.inputs(), outputs));
                cost += batch.inputs().values().stream()
                                .mapToLong(Tensor::bytes)
                                .sum()
                        + outputs.values().stream().mapToLong(Tensor::bytes).sum();
            }
        }
        return new GoldenCases(cases, quantized ? INT8_COSINE : FLOAT_COSINE, true, quantized ? 0.75 : 1.0);
    }
}
