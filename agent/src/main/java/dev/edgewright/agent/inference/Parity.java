package dev.edgewright.agent.inference;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.v1.Tolerance;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** Running verdict over the golden cases. */
final class Parity {
    private int cases;
    private int agreeing;
    private double cosine = Double.NaN;
    private String notFinite;

    void add(int index, Map<String, TensorValue> wanted, Map<String, TensorValue> actual) {
        boolean same = true;
        for (Map.Entry<String, TensorValue> output : wanted.entrySet()) {
            TensorValue expected = output.getValue();
            TensorValue got = actual.get(output.getKey());
            if (got.datatype() != expected.datatype() || !Arrays.equals(got.shape(), expected.shape())) {
                throw EdgewrightException.caller(
                        "GOLDEN_MISMATCH",
                        "golden case " + index + " expects output \"" + output.getKey() + "\" as " + expected
                                + ", the model answers " + got);
            }
            if (expected.datatype() == Datatype.BYTES) {
                same &= got.equals(expected);
                continue;
            }
            double[] x = Similarity.doubles(got);
            double[] y = Similarity.doubles(expected);
            if (!Similarity.finite(x) && notFinite == null) {
                notFinite = "output \"" + output.getKey() + "\" of golden case " + index + " holds NaN or infinity";
            }
            double angle = Similarity.cosine(x, y);
            // Not a number: one side is not finite, which no tolerance forgives.
            cosine = Math.min(Double.isNaN(cosine) ? 1 : cosine, Double.isNaN(angle) ? -1 : angle);
            same &= Similarity.argmax(x) == Similarity.argmax(y);
        }
        cases++;
        agreeing += same ? 1 : 0;
    }

    /** The lowest; NaN without a numeric output. */
    double cosine() {
        return cosine;
    }

    /** Share of cases whose largest output is the same; NaN without cases. */
    double agreement() {
        return cases == 0 ? Double.NaN : (double) agreeing / cases;
    }

    Optional<ProbeFailure> failure(Tolerance tolerance) {
        if (notFinite != null) {
            return Optional.of(new ProbeFailure("OUTPUT_NOT_FINITE", notFinite));
        }
        if (cosine < tolerance.getMinCosine()) { // false for NaN: no numeric output to compare
            return Optional.of(new ProbeFailure(
                    "PARITY", "lowest cosine is %.6f, needed %.6f".formatted(cosine, tolerance.getMinCosine())));
        }
        if (cases > 0 && tolerance.getRequireSameArgmax() && agreement() < tolerance.getMinAgreement()) {
            return Optional.of(new ProbeFailure(
                    "PARITY",
                    "the largest output agrees in %d of %d golden cases, needed %.4f"
                            .formatted(agreeing, cases, tolerance.getMinAgreement())));
        }
        return Optional.empty();
    }
}
