package dev.edgewright.controller.deployment;

import dev.edgewright.controller.rollout.RolloutRequest;
import dev.edgewright.controller.selection.Requirement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A deployment that was applied, as it stands.
 *
 * @param yaml as it was sent
 * @param template of the rollouts that it starts
 */
public record DeploymentRun(
        String id,
        String who,
        String yaml,
        String model,
        String version,
        RolloutRequest template,
        List<OfRule> rules,
        State state,
        List<String> words,
        Instant createdAt) {

    /** Where it stands. */
    public enum State {
        /** Candidates are being measured. */
        TRYING,
        /** Its rollouts were started; they have states of their own. */
        ROLLED_OUT,
        /** No rule could start a rollout. */
        FAILED
    }

    public DeploymentRun {
        Objects.requireNonNull(id, "id");
        rules = List.copyOf(rules);
        words = List.copyOf(words);
    }

    /**
     * @param trials that this rule waits for
     * @param rollout that it started
     * @param failed why it could not start one
     */
    public record OfRule(
            Optional<String> query,
            Optional<String> written,
            int line,
            Requirement requirement,
            List<String> trials,
            Optional<String> rollout,
            Optional<String> failed) {
        public OfRule {
            trials = List.copyOf(trials);
        }

        boolean over() {
            return rollout.isPresent() || failed.isPresent();
        }

        OfRule started(String id) {
            return new OfRule(query, written, line, requirement, trials, Optional.of(id), failed);
        }

        OfRule failing(String why) {
            return new OfRule(query, written, line, requirement, trials, rollout, Optional.of(why));
        }
    }

    public boolean live() {
        return state == State.TRYING;
    }

    DeploymentRun withRule(int index, OfRule rule, String said) {
        var next = new ArrayList<>(rules);
        next.set(index, rule);
        return new DeploymentRun(id, who, yaml, model, version, template, next, state, said(said), createdAt);
    }

    DeploymentRun ended() {
        boolean any = rules.stream().anyMatch(r -> r.rollout().isPresent());
        return new DeploymentRun(
                id,
                who,
                yaml,
                model,
                version,
                template,
                rules,
                any ? State.ROLLED_OUT : State.FAILED,
                words,
                createdAt);
    }

    private List<String> said(String what) {
        var all = new ArrayList<>(words);
        all.add(what);
        return all;
    }
}
