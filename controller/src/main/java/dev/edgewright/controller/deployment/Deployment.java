package dev.edgewright.controller.deployment;

import dev.edgewright.common.id.ModelName;
import dev.edgewright.controller.rollout.RolloutRequest;
import dev.edgewright.controller.trial.TrialPolicy;
import java.util.List;
import java.util.Optional;

/**
 * A deployment file, read and checked.
 *
 * @param version empty for the latest
 * @param rules at least one; the first that matches a device wins
 * @param trial empty where nothing is to be tried
 * @param rollout waves, gates and pace; model, query and requirement are filled in for each rule
 */
public record Deployment(
        ModelName model,
        Optional<String> version,
        List<Rule> rules,
        Optional<TrialPolicy> trial,
        RolloutRequest rollout) {
    public Deployment {
        rules = List.copyOf(rules);
    }
}
