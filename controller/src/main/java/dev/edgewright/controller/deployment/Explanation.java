package dev.edgewright.controller.deployment;

import dev.edgewright.controller.fleet.DeviceCondition;
import dev.edgewright.controller.selection.Selection;
import dev.edgewright.controller.selection.Shortfall;
import dev.edgewright.controller.trial.TrialService;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a deployment would do, said before anything is sent.
 *
 * @param version that would be rolled out
 * @param uncovered devices that no rule takes
 */
public record Explanation(String model, String version, List<OfRule> rules, int uncovered) {

    public Explanation {
        rules = List.copyOf(rules);
    }

    /** True when every rule has devices, and every device a variant. */
    public boolean good() {
        return rules.stream()
                .allMatch(r -> r.trouble().isEmpty()
                        && r.classes().stream().allMatch(c -> c.shortfall().isEmpty()));
    }

    /** @param trouble why the rule does nothing; empty when it does */
    public record OfRule(Rule rule, int devices, List<OfClass> classes, Optional<String> trouble) {
        public OfRule {
            classes = List.copyOf(classes);
        }
    }

    /**
     * One class of devices under one rule.
     *
     * @param selection for the first of its devices; it stands for all of them
     * @param conditions under which some of its devices are
     * @param trial what would be measured first; empty when nothing would
     * @param shortfall why nothing suits, and what would do
     */
    public record OfClass(
            String deviceClass,
            List<String> devices,
            Set<DeviceCondition> conditions,
            Selection selection,
            Optional<TrialService.Plan> trial,
            Optional<Shortfall> shortfall) {
        public OfClass {
            devices = List.copyOf(devices);
            conditions = Set.copyOf(conditions);
        }
    }
}
