package dev.edgewright.compression;

import dev.edgewright.compression.graph.Tensor;
import java.util.List;
import java.util.Map;

/**
 * Inputs with the outputs that the candidate gave here, for a device to replay. A device's outputs agree when for every case the cosine is
 * at least {@code minCosine} and, where {@code sameArgmax} is set, the largest output is the same in at least {@code minAgreement} of the
 * cases.
 *
 * @param cases the cases, each one sample
 * @param minCosine the least cosine of an output with the expected one
 * @param sameArgmax whether the position of the largest value counts
 * @param minAgreement the least share of cases with the same position
 */
public record GoldenCases(List<Case> cases, double minCosine, boolean sameArgmax, double minAgreement) {

    public GoldenCases {
        cases = List.copyOf(cases);
    }

    /** No cases: for models without data. */
    public static GoldenCases none() {
        return new GoldenCases(List.of(), 0, false, 0);
    }

    /**
     * One sample.
     *
     * @param inputs by name
     * @param outputs by name
     */
    public record Case(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {}
}
