package dev.edgewright.controller.deployment;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.controller.fleet.DeviceQuery;
import dev.edgewright.controller.rollout.RolloutRequest;
import dev.edgewright.controller.selection.Objective;
import dev.edgewright.controller.selection.Requirement;
import dev.edgewright.controller.trial.TrialPolicy;
import java.io.StringReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/** Reads {@code deployment.yaml}. Everything that is wrong is said at once, each with its line and column. */
public final class DeploymentFile {

    private static final int MOST_CHARACTERS = 256 * 1024;
    private static final Set<String> GOALS = Set.of("minimise", "maximise");
    private static final Set<String> LIMITS = Set.of("accuracy", "p95", "memory", "joules", "artifact");
    private static final Set<String> TRIAL =
            Set.of("enabled", "devices", "best", "time", "precision", "battery", "temperature", "patience");

    private final RolloutSection section;
    private final Problems problems = new Problems();

    private DeploymentFile(RolloutSection section) {
        this.section = section;
    }

    /**
     * @throws EdgewrightException DEPLOYMENT_INVALID, one line a problem: "line 7, column 5: …"
     */
    public static Deployment read(String yaml, RolloutSection section) {
        return new DeploymentFile(section).deployment(yaml);
    }

    private Deployment deployment(String yaml) {
        if (yaml.length() > MOST_CHARACTERS) {
            throw EdgewrightException.caller(
                    "DEPLOYMENT_INVALID", "the file has more than " + MOST_CHARACTERS + " characters");
        }
        var known = new TreeSet<>(Set.of("model", "version", "query", "limits", "rules", "trial", "rollout"));
        known.addAll(GOALS);
        var file = YamlMap.of("", compose(yaml), known, problems);
        if (!file.has("model")) {
            problems.add(file.place(), "'model' is missing: the name of an imported model");
        }
        var model = file.value("model", "a model's name, such as fashion-mnist", text -> {
            if (!ModelName.isValid(text)) {
                throw new IllegalArgumentException(text);
            }
            return new ModelName(text);
        });
        var version = file.text("version");
        var rules = rules(file);
        var trial = trial(file);
        var rollout = rollout(file, rules);
        problems.throwIfAny();
        return new Deployment(model.orElseThrow(), version, rules, trial, rollout.orElseThrow());
    }

    private static Node compose(String yaml) {
        var options = new LoaderOptions();
        options.setMaxAliasesForCollections(10);
        options.setNestingDepthLimit(20);
        try {
            Node node = new Yaml(options).compose(new StringReader(yaml));
            if (node == null) {
                throw EdgewrightException.caller("DEPLOYMENT_INVALID", "line 1, column 1: the file is empty");
            }
            return node;
        } catch (MarkedYAMLException e) {
            var mark = e.getProblemMark();
            throw EdgewrightException.caller(
                    "DEPLOYMENT_INVALID",
                    (mark == null ? "" : Place.of(mark) + ": ") + "this is no YAML: " + e.getProblem());
        } catch (YAMLException e) {
            throw EdgewrightException.caller("DEPLOYMENT_INVALID", "this is no YAML: " + e.getMessage());
        }
    }

    private List<Rule> rules(YamlMap file) {
        var base = file.text("query").flatMap(q -> compiles(q, file.place("query")));
        var objective = objective(file, Objective.LATENCY);
        var limits = new LimitReader(problems).read(file.map("limits", LIMITS), Limits.NONE);
        if (!file.has("rules")) {
            return List.of(new Rule(
                    base, base, limits.requirement(objective), file.place().line(), limits.lines()));
        }
        var known = new TreeSet<>(Set.of("query", "limits"));
        known.addAll(GOALS);
        var rules = new ArrayList<Rule>();
        var before = new ArrayList<String>();
        for (YamlMap entry : file.maps("rules", known)) {
            var written = entry.text("query").flatMap(q -> compiles(q, entry.place("query")));
            var own = new LimitReader(problems).read(entry.map("limits", LIMITS), limits);
            rules.add(new Rule(
                    whole(base, written, before),
                    written.or(() -> base),
                    own.requirement(objective(entry, objective)),
                    entry.place().line(),
                    own.lines()));
            if (written.isEmpty() && !entry.has("query") && rules.size() < sizeOf(file)) {
                problems.add(entry.place(), "a rule without a query takes every device that is left; put it last");
            }
            written.ifPresent(before::add);
        }
        if (rules.isEmpty() && problems.none()) {
            problems.add(file.place("rules"), "'rules' has no rule; leave it out for one rule for all");
        }
        return rules;
    }

    private static int sizeOf(YamlMap file) {
        return file.node("rules")
                .filter(n -> n instanceof org.yaml.snakeyaml.nodes.SequenceNode)
                .map(n -> ((org.yaml.snakeyaml.nodes.SequenceNode) n).getValue().size())
                .orElse(0);
    }

    /** The file's query and the rule's own, and none of the rules before. */
    private static Optional<String> whole(Optional<String> base, Optional<String> own, List<String> before) {
        var parts = new ArrayList<String>();
        base.ifPresent(q -> parts.add("(" + q + ")"));
        own.ifPresent(q -> parts.add("(" + q + ")"));
        before.forEach(q -> parts.add("!(" + q + ")"));
        return parts.isEmpty() ? Optional.empty() : Optional.of(String.join(" && ", parts));
    }

    private Optional<String> compiles(String query, Place place) {
        try {
            DeviceQuery.compile(query);
            return Optional.of(query);
        } catch (EdgewrightException e) {
            problems.add(place, e.getMessage());
            return Optional.empty();
        }
    }

    private Objective objective(YamlMap map, Objective otherwise) {
        if (map.has("minimise") && map.has("maximise")) {
            problems.add(
                    map.place("maximise"),
                    "'maximise' contradicts 'minimise' at " + map.place("minimise")
                            + ": a deployment has one objective; what else matters is a limit");
            return otherwise;
        }
        for (String verb : List.of("minimise", "maximise")) {
            var of = java.util.Arrays.stream(Objective.values())
                    .filter(o -> o.verb().equals(verb))
                    .toList();
            var found = map.text(verb);
            if (found.isPresent()) {
                var words = of.stream().map(Objective::word).toList();
                return of.stream()
                        .filter(o -> o.word().equals(found.get()))
                        .findFirst()
                        .orElseGet(() -> {
                            problems.add(
                                    map.place(verb),
                                    "'" + map.path(verb) + "' is '" + found.get() + "'"
                                            + Words.nearest(found.get(), words));
                            return otherwise;
                        });
            }
        }
        return otherwise;
    }

    private Optional<TrialPolicy> trial(YamlMap file) {
        var usual = TrialPolicy.DEFAULT;
        var section = file.map("trial", TRIAL);
        if (section.isEmpty()) {
            return Optional.of(usual);
        }
        var map = section.get();
        boolean enabled = map.value("enabled", "true or false", text -> {
                    if (!text.equals("true") && !text.equals("false")) {
                        throw new IllegalArgumentException(text);
                    }
                    return Boolean.valueOf(text);
                })
                .orElse(true);
        try {
            var policy = new TrialPolicy(
                    map.whole("devices", 1, 100).orElse(usual.devices()),
                    map.whole("best", 1, 14).orElse(usual.best()),
                    (int) map.number("time", "a time such as 6s", Words::milliseconds)
                            .orElse(usual.longestMs()),
                    map.number("precision", "a share such as 1%", Words::share).orElse(usual.precision()),
                    map.whole("battery", 0, 100).orElse(usual.minBatteryPercent()),
                    map.number("temperature", "degrees Celsius such as 75", Double::parseDouble)
                            .orElse(usual.maxCelsius()),
                    Duration.ofMillis((long) map.number("patience", "a time such as 15m", Words::milliseconds)
                            .orElse(usual.patience().toMillis())));
            return enabled ? Optional.of(policy) : Optional.empty();
        } catch (EdgewrightException e) {
            problems.add(map.place(), e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<RolloutRequest> rollout(YamlMap file, List<Rule> rules) {
        Map<String, Object> values = new LinkedHashMap<>();
        var places = new LinkedHashMap<String, Place>();
        file.node("rollout").ifPresent(node -> {
            var reader = new SectionReader(section, problems, places);
            values.putAll(reader.mapping("", node));
        });
        contradictory(values, places, rules);
        if (!problems.none()) {
            return Optional.empty();
        }
        try {
            return Optional.of(section.request(values, "deployment"));
        } catch (EdgewrightException e) {
            problems.add(SectionReader.placeOf(e.getMessage(), places, file.place("rollout")), e.getMessage());
            return Optional.empty();
        }
    }

    /** A limit that is said twice and differently. */
    private void contradictory(Map<String, Object> values, Map<String, Place> places, List<Rule> rules) {
        if (!(values.get("limits") instanceof Map<?, ?> own)) {
            return;
        }
        for (Rule rule : rules) {
            differ("p95", rule.requirement().maxP95Ms(), own.get("maxP95Ms"), "maxP95Ms", rule, places);
            differ(
                    "memory",
                    asDouble(rule.requirement().maxMemoryBytes()),
                    own.get("maxMemoryBytes"),
                    "maxMemoryBytes",
                    rule,
                    places);
            differ(
                    "joules",
                    rule.requirement().maxJoules(),
                    own.get("maxJoulesPerInference"),
                    "maxJoulesPerInference",
                    rule,
                    places);
        }
    }

    private void differ(
            String name, OptionalDouble limit, Object own, String key, Rule rule, Map<String, Place> places) {
        if (limit.isPresent() && own instanceof Number number && number.doubleValue() != limit.getAsDouble()) {
            problems.add(
                    places.get("limits." + key),
                    "'rollout.limits." + key + "' contradicts 'limits." + name + "' at line "
                            + rule.lines().get(name) + "; say it once, under limits");
        }
    }

    private static OptionalDouble asDouble(OptionalLong value) {
        return value.isPresent() ? OptionalDouble.of(value.getAsLong()) : OptionalDouble.empty();
    }

    /** Limits with the lines that they stand in. */
    record Limits(
            OptionalDouble floor,
            OptionalDouble drop,
            OptionalDouble p95Ms,
            OptionalLong memory,
            OptionalDouble joules,
            OptionalLong artifact,
            Map<String, Integer> lines) {
        static final Limits NONE = new Limits(
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalLong.empty(),
                OptionalDouble.empty(),
                OptionalLong.empty(),
                Map.of());

        Requirement requirement(Objective objective) {
            return new Requirement(floor, drop, p95Ms, artifact, memory, joules, objective);
        }
    }
}
