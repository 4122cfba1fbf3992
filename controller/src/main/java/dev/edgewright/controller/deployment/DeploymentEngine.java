package dev.edgewright.controller.deployment;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Limits;
import dev.edgewright.controller.catalog.CatalogService;
import dev.edgewright.controller.fleet.DeviceClasses;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.rollout.RolloutRequest;
import dev.edgewright.controller.rollout.RolloutService;
import dev.edgewright.controller.selection.Requirement;
import dev.edgewright.controller.selection.SelectionService;
import dev.edgewright.controller.telemetry.TelemetryService;
import dev.edgewright.controller.trial.Trial;
import dev.edgewright.controller.trial.TrialService;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs deployments: trials first, then one rollout a rule. Each step is written down before the next; a rollout carries the
 * deployment and the rule in its {@code createdBy}, so that one that was created just before a kill is found again and not created twice.
 */
public final class DeploymentEngine implements DeploymentService {

    private static final Logger LOG = LoggerFactory.getLogger(DeploymentEngine.class);
    private static final int RECENT = 500;

    private final RolloutSection section;
    private final Explainer explainer;
    private final TrialService trials;
    private final RolloutService rollouts;
    private final DeploymentStore store;
    private final Clock clock;
    private final Supplier<String> ids;
    private final Map<String, DeploymentRun> live = new LinkedHashMap<>();

    /** @param recipes that the controller can make variants with, for what it advises */
    public DeploymentEngine(
            RolloutSection section,
            FleetService fleet,
            DeviceClasses classes,
            CatalogService catalog,
            SelectionService selection,
            TelemetryService telemetry,
            TrialService trials,
            RolloutService rollouts,
            DeploymentStore store,
            Supplier<List<String>> recipes,
            Clock clock,
            Supplier<String> ids) {
        this.section = section;
        this.explainer = new Explainer(fleet, classes, catalog, selection, telemetry, trials, recipes);
        this.trials = trials;
        this.rollouts = rollouts;
        this.store = store;
        this.clock = clock;
        this.ids = ids;
        reload();
    }

    /** Begins with what is written down; another controller on the same database may have gone on with it. */
    public synchronized void reload() {
        live.clear();
        store.live().forEach(run -> live.put(run.id(), run));
    }

    @Override
    public Explanation explain(String yaml) {
        return explainer.explain(DeploymentFile.read(yaml, section));
    }

    @Override
    public synchronized DeploymentRun apply(String yaml, String who) {
        var deployment = DeploymentFile.read(yaml, section);
        var explanation = explainer.explain(deployment);
        refuseWhenHopeless(explanation);
        var rules = new ArrayList<DeploymentRun.OfRule>();
        var words = new ArrayList<String>();
        for (Explanation.OfRule rule : explanation.rules()) {
            rules.add(begun(deployment, explanation.version(), rule, words));
        }
        var run = new DeploymentRun(
                ids.get(),
                who,
                yaml,
                explanation.model(),
                explanation.version(),
                deployment.rollout(),
                rules,
                DeploymentRun.State.TRYING,
                words,
                clock.instant());
        keep(run);
        return go(run);
    }

    /** A rule without devices does not stop the others; when none has any, or nothing suits anyone, that is an error. */
    private static void refuseWhenHopeless(Explanation explanation) {
        var troubles =
                explanation.rules().stream().flatMap(r -> r.trouble().stream()).toList();
        if (troubles.size() == explanation.rules().size()) {
            boolean fails = troubles.stream().anyMatch(t -> t.contains("could not be evaluated"));
            throw EdgewrightException.caller(
                    fails ? "QUERY_FAILS" : "QUERY_MATCHES_NOTHING", String.join("\n", troubles));
        }
        var classes = explanation.rules().stream()
                .flatMap(r -> r.classes().stream().map(c -> Map.entry(r, c)))
                .toList();
        boolean any = classes.stream().anyMatch(e -> e.getValue().shortfall().isEmpty());
        if (!any) {
            var why = classes.stream()
                    .map(e -> "line " + e.getKey().rule().line() + ", class "
                            + e.getValue().deviceClass() + ": "
                            + e.getValue().shortfall().orElseThrow().missing() + "; what would do: "
                            + e.getValue().shortfall().orElseThrow().remedy())
                    .toList();
            throw EdgewrightException.caller("NO_VARIANT_SUITS", String.join("\n", why));
        }
    }

    private DeploymentRun.OfRule begun(
            Deployment deployment, String version, Explanation.OfRule found, List<String> words) {
        var rule = found.rule();
        var started = new ArrayList<String>();
        if (deployment.trial().isPresent()) {
            for (Explanation.OfClass one : found.classes()) {
                var answer = trials.start(
                        deployment.model(),
                        version,
                        one.deviceClass(),
                        rule.requirement(),
                        deployment.trial().get());
                answer.trial().map(Trial::id).ifPresent(started::add);
                words.add(answer.trial()
                        .map(t -> "trial " + t.id() + " on " + one.deviceClass() + ": " + answer.why())
                        .orElse("no trial on " + one.deviceClass() + ": " + answer.why()));
            }
        }
        return new DeploymentRun.OfRule(
                rule.query(),
                rule.written(),
                rule.line(),
                rule.requirement(),
                started,
                Optional.empty(),
                found.trouble());
    }

    @Override
    public synchronized Optional<DeploymentRun> get(String id) {
        return Optional.ofNullable(live.get(id)).or(() -> store.find(id));
    }

    @Override
    public List<DeploymentRun> list(int limit) {
        return store.list(limit);
    }

    /** Starts the rollouts of those whose trials have ended. */
    public synchronized void tick() {
        List.copyOf(live.values()).forEach(this::go);
    }

    private DeploymentRun go(DeploymentRun run) {
        DeploymentRun now = run;
        for (int i = 0; i < now.rules().size(); i++) {
            var rule = now.rules().get(i);
            boolean waits = rule.trials().stream()
                    .anyMatch(id -> trials.get(id).map(Trial::live).orElse(false));
            if (!rule.over() && !waits) {
                now = rolledOut(now, i);
                keep(now);
            }
        }
        if (now.rules().stream().allMatch(DeploymentRun.OfRule::over)) {
            now = now.ended();
            keep(now);
        }
        return now;
    }

    private DeploymentRun rolledOut(DeploymentRun run, int index) {
        var rule = run.rules().get(index);
        String mark = "deployment " + run.id() + " line " + rule.line() + " by " + run.who();
        var created = rollouts.list(RECENT).stream()
                .filter(r -> r.request().createdBy().equals(mark))
                .findFirst();
        if (created.isPresent()) {
            String id = created.get().id().value();
            return run.withRule(index, rule.started(id), "rollout " + id + " of line " + rule.line());
        }
        try {
            String id = rollouts.create(request(run, rule, mark)).rollout().id().value();
            return run.withRule(index, rule.started(id), "rollout " + id + " of line " + rule.line());
        } catch (EdgewrightException e) {
            if (e.kind() != EdgewrightException.Kind.CALLER) {
                LOG.atWarn().addKeyValue("deployment", run.id()).log("rollout waits: {}", e.getMessage());
                return run;
            }
            return run.withRule(
                    index,
                    rule.failing(e.code().name() + ": " + e.getMessage()),
                    "line " + rule.line() + " starts no rollout: " + e.getMessage());
        }
    }

    private static RolloutRequest request(DeploymentRun run, DeploymentRun.OfRule rule, String mark) {
        var template = run.template();
        return new RolloutRequest(
                ModelName.of(run.model()),
                Optional.of(run.version()),
                rule.query(),
                "auto",
                rule.requirement(),
                template.waves(),
                template.gates(),
                template.pace(),
                held(template.limits(), rule.requirement()),
                template.priority(),
                mark);
    }

    /** What a choice was held to, the device holds the variant to as well. */
    private static Limits held(Limits given, Requirement requirement) {
        var limits = given.toBuilder();
        if (given.getMaxP95Ms() == 0) {
            limits.setMaxP95Ms(requirement.maxP95Ms().orElse(0));
        }
        if (given.getMaxMemoryBytes() == 0) {
            limits.setMaxMemoryBytes(requirement.maxMemoryBytes().orElse(0));
        }
        if (given.getMaxJoulesPerInference() == 0) {
            limits.setMaxJoulesPerInference(requirement.maxJoules().orElse(0));
        }
        return limits.build();
    }

    private void keep(DeploymentRun run) {
        store.save(run);
        if (run.live()) {
            live.put(run.id(), run);
        } else {
            live.remove(run.id());
        }
    }
}
