package dev.edgewright.controller.http.view;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.edgewright.controller.deployment.DeploymentRun;
import dev.edgewright.controller.deployment.Explanation;
import dev.edgewright.controller.selection.Shortfall;
import dev.edgewright.controller.trial.TrialService;
import java.util.List;

/** Schemas {@code Explanation} and {@code Deployment}. */
public final class DeploymentView {
    private DeploymentView() {}

    /** Schema {@code Explanation}. */
    public record ExplanationView(String model, String version, boolean good, int uncovered, List<RuleView> rules) {
        public static ExplanationView of(Explanation explanation) {
            return new ExplanationView(
                    explanation.model(),
                    explanation.version(),
                    explanation.good(),
                    explanation.uncovered(),
                    explanation.rules().stream().map(RuleView::of).toList());
        }
    }

    /** One rule of the file. */
    public record RuleView(
            int line, String query, String objective, int devices, String trouble, List<ClassView> classes) {
        static RuleView of(Explanation.OfRule rule) {
            return new RuleView(
                    rule.rule().line(),
                    rule.rule().written().orElse(null),
                    rule.rule().requirement().objective().toString(),
                    rule.devices(),
                    rule.trouble().orElse(null),
                    rule.classes().stream().map(ClassView::of).toList());
        }
    }

    /** One class of devices under a rule. */
    public record ClassView(
            @JsonProperty("class") String deviceClass,
            int devices,
            List<String> examples,
            List<String> conditions,
            String chosen,
            String why,
            List<ChoiceView.LineView> candidates,
            TrialPlanView trial,
            ShortfallView shortfall) {
        private static final int EXAMPLES = 5;

        static ClassView of(Explanation.OfClass one) {
            return new ClassView(
                    one.deviceClass(),
                    one.devices().size(),
                    one.devices().stream().limit(EXAMPLES).toList(),
                    one.conditions().stream().map(Enum::name).sorted().toList(),
                    one.selection().chosen().map(v -> v.name()).orElse(null),
                    one.selection().why(),
                    ChoiceView.lines(one.selection()),
                    one.trial().map(TrialPlanView::of).orElse(null),
                    one.shortfall().map(ShortfallView::of).orElse(null));
        }
    }

    /** What a trial would measure. */
    public record TrialPlanView(List<String> devices, List<String> candidates, String why) {
        static TrialPlanView of(TrialService.Plan plan) {
            return new TrialPlanView(plan.devices(), plan.candidates(), plan.why());
        }
    }

    /** What is missing, and what would do. */
    public record ShortfallView(List<String> limits, String missing, String remedy) {
        static ShortfallView of(Shortfall shortfall) {
            return new ShortfallView(shortfall.limits(), shortfall.missing(), shortfall.remedy());
        }
    }

    /** Schema {@code Deployment}. */
    public record RunView(
            String id,
            String who,
            String model,
            String version,
            String state,
            String createdAt,
            List<String> words,
            List<RunRuleView> rules) {
        public static RunView of(DeploymentRun run) {
            return new RunView(
                    run.id(),
                    run.who(),
                    run.model(),
                    run.version(),
                    run.state().name(),
                    Text.time(run.createdAt()),
                    run.words(),
                    run.rules().stream().map(RunRuleView::of).toList());
        }
    }

    /** One rule of a deployment that was applied. */
    public record RunRuleView(int line, String query, List<String> trials, String rollout, String failed) {
        static RunRuleView of(DeploymentRun.OfRule rule) {
            return new RunRuleView(
                    rule.line(),
                    rule.written().orElse(null),
                    rule.trials(),
                    rule.rollout().orElse(null),
                    rule.failed().orElse(null));
        }
    }
}
