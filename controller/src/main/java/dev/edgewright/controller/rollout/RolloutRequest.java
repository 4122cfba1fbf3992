package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Limits;
import dev.edgewright.controller.selection.Requirement;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What someone asks for.
 *
 * @param version empty for the latest
 * @param query CEL over devices; empty for all
 * @param variant "auto", or the name of one variant for all
 * @param waves empty for one device first and then the rest
 * @param limits that devices hold the variant to before and after the switch
 * @param priority a live rollout of the same model with lower priority gives up the devices it shares
 * @param createdBy for the record
 * @param terms what it spares devices, and who may join late
 */
public record RolloutRequest(
        ModelName model,
        Optional<String> version,
        Optional<String> query,
        String variant,
        Requirement requirement,
        List<WaveSpec> waves,
        GatePolicy gates,
        Pace pace,
        Limits limits,
        int priority,
        String createdBy,
        Terms terms) {
    public RolloutRequest {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(variant, "variant");
        waves = List.copyOf(waves);
        // Rollouts that an older version planned have none.
        terms = terms == null ? Terms.DEFAULT : terms;
    }

    /** With the usual terms. */
    public RolloutRequest(
            ModelName model,
            Optional<String> version,
            Optional<String> query,
            String variant,
            Requirement requirement,
            List<WaveSpec> waves,
            GatePolicy gates,
            Pace pace,
            Limits limits,
            int priority,
            String createdBy) {
        this(
                model,
                version,
                query,
                variant,
                requirement,
                waves,
                gates,
                pace,
                limits,
                priority,
                createdBy,
                Terms.DEFAULT);
    }

    /** All devices, the best variant for each, default waves, gates and pace. */
    public static RolloutRequest of(ModelName model) {
        return new RolloutRequest(
                model,
                Optional.empty(),
                Optional.empty(),
                "auto",
                Requirement.NONE,
                List.of(),
                GatePolicy.DEFAULT,
                Pace.DEFAULT,
                Limits.getDefaultInstance(),
                0,
                "api",
                Terms.DEFAULT);
    }

    public RolloutRequest withVersion(String value) {
        return new RolloutRequest(
                model,
                Optional.of(value),
                query,
                variant,
                requirement,
                waves,
                gates,
                pace,
                limits,
                priority,
                createdBy,
                terms);
    }

    public RolloutRequest withTerms(Terms value) {
        return new RolloutRequest(
                model, version, query, variant, requirement, waves, gates, pace, limits, priority, createdBy, value);
    }
}
