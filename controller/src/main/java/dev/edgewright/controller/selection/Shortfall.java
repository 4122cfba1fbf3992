package dev.edgewright.controller.selection;

import static dev.edgewright.controller.selection.VariantSelector.words;

import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.fleet.Device;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Why no variant suits, and what would do: the one limit that nothing keeps, or the two that nothing keeps together, with the
 * value to which each would have to give way.
 *
 * @param limits one or two names ("accuracy.floor", "accuracy.drop", "p95", "memory", "joules", "artifact"); empty when no limit is
 *     the reason
 * @param missing what is missing, in words
 * @param remedy what would do, in words
 */
public record Shortfall(List<String> limits, String missing, String remedy) {

    public Shortfall {
        limits = List.copyOf(limits);
    }

    /**
     * @param selection that chose nothing
     * @param recipes that the controller can make variants with
     */
    public static Shortfall of(Selection selection, Device device, Requirement requirement, List<String> recipes) {
        var candidates = selection.candidates();
        if (candidates.isEmpty()) {
            return new Shortfall(
                    List.of(),
                    selection.why(),
                    device.introduced()
                            ? "wait for the model's job, or start one: edgewright variants make MODEL"
                            : "wait for the device to connect and say what it is");
        }
        var runnable = candidates.stream()
                .filter(c -> c.verdict() != Verdict.ISA_MISSING && c.verdict() != Verdict.OUT_IN_TRIAL)
                .filter(c -> c.verdict() != Verdict.MEMORY
                        || requirement.maxMemoryBytes().isPresent())
                .toList();
        if (runnable.isEmpty()) {
            return cannotRun(candidates, recipes);
        }
        return new Search(runnable, device, requirement, recipes).find();
    }

    private static Shortfall cannotRun(List<Candidate> candidates, List<String> recipes) {
        var made = candidates.stream().map(c -> c.variant().recipe()).toList();
        var rest = recipes.stream().filter(r -> !made.contains(r)).toList();
        boolean memory = candidates.stream().anyMatch(c -> c.verdict() == Verdict.MEMORY);
        String what = memory
                ? "every variant needs more memory than devices of this class may use"
                : "devices of this class cannot run any variant: "
                        + candidates.get(0).variant().name() + " "
                        + candidates.get(0).reason();
        return new Shortfall(
                List.of(),
                what,
                rest.isEmpty()
                        ? "no recipe is left to try; a smaller model would do"
                        : "make a smaller or simpler form, for example one of " + rest);
    }

    /** Looks for the smallest set of limits that nothing keeps. */
    private record Search(List<Candidate> candidates, Device device, Requirement requirement, List<String> recipes) {

        Shortfall find() {
            var limits = limits();
            var keeping = new LinkedHashMap<String, List<Candidate>>();
            limits.forEach((name, only) -> keeping.put(name, keeping(only)));
            for (var entry : keeping.entrySet()) {
                if (entry.getValue().isEmpty()) {
                    return one(entry.getKey());
                }
            }
            var names = new ArrayList<>(keeping.keySet());
            for (int i = 0; i < names.size(); i++) {
                for (int j = i + 1; j < names.size(); j++) {
                    var first = keeping.get(names.get(i));
                    var second = keeping.get(names.get(j));
                    if (first.stream().noneMatch(second::contains)) {
                        return two(names.get(i), first, names.get(j), second);
                    }
                }
            }
            return new Shortfall(
                    names,
                    "no variant keeps all of the limits " + String.join(", ", names) + " together",
                    "loosen one of them, or make more forms: " + rest());
        }

        private Map<String, Requirement> limits() {
            var none = OptionalDouble.empty();
            var noLong = OptionalLong.empty();
            var all = new LinkedHashMap<String, Requirement>();
            var o = requirement.objective();
            if (requirement.floor().isPresent()) {
                all.put("accuracy.floor", new Requirement(requirement.floor(), none, none, noLong, noLong, none, o));
            }
            if (requirement.maxDrop().isPresent()) {
                all.put("accuracy.drop", new Requirement(none, requirement.maxDrop(), none, noLong, noLong, none, o));
            }
            if (requirement.maxP95Ms().isPresent()) {
                all.put("p95", new Requirement(none, none, requirement.maxP95Ms(), noLong, noLong, none, o));
            }
            if (requirement.maxMemoryBytes().isPresent()) {
                all.put("memory", new Requirement(none, none, none, noLong, requirement.maxMemoryBytes(), none, o));
            }
            if (requirement.maxJoules().isPresent()) {
                all.put("joules", new Requirement(none, none, none, noLong, noLong, requirement.maxJoules(), o));
            }
            if (requirement.maxBytes().isPresent()) {
                all.put("artifact", new Requirement(none, none, none, requirement.maxBytes(), noLong, none, o));
            }
            return all;
        }

        private List<Candidate> keeping(Requirement only) {
            Optional<Variant> original = candidates.stream()
                    .map(Candidate::variant)
                    .filter(Variant::original)
                    .findFirst();
            var filters = new Filters(device.facts(), only, original);
            return candidates.stream()
                    .filter(c -> filters.breaksLimit(c).isEmpty())
                    .toList();
        }

        private Shortfall one(String limit) {
            boolean unknown = limit.startsWith("accuracy")
                    && candidates.stream().noneMatch(c -> c.variant().hasAccuracy());
            if (unknown) {
                return new Shortfall(
                        List.of(limit),
                        "the accuracy of no variant is known, and " + limit + " needs it",
                        "put labelled data for the model, then make its variants again");
            }
            var nearest = nearest(limit);
            return new Shortfall(
                    List.of(limit),
                    "no variant keeps " + limit + " of " + wanted(limit)
                            + nearest.map(c -> "; nearest is " + c.variant().name() + " with " + value(limit, c))
                                    .orElse(""),
                    nearest.map(c -> "set " + limit + " to " + value(limit, c) + ", or make more forms: " + rest())
                            .orElse("make more forms: " + rest()));
        }

        private Shortfall two(String a, List<Candidate> keepA, String b, List<Candidate> keepB) {
            var bestOfA = best(b, keepA);
            var bestOfB = best(a, keepB);
            return new Shortfall(
                    List.of(a, b),
                    a + " of " + wanted(a) + " and " + b + " of " + wanted(b)
                            + " contradict each other here: what keeps "
                            + a + " (" + names(keepA) + ") has " + b + " of " + value(b, bestOfA)
                            + " at best, what keeps " + b + " (" + names(keepB) + ") has " + a + " of "
                            + value(a, bestOfB) + " at best",
                    "set " + b + " to " + value(b, bestOfA) + " or " + a + " to " + value(a, bestOfB)
                            + ", or make more forms: " + rest());
        }

        private Optional<Candidate> nearest(String limit) {
            return candidates.isEmpty() ? Optional.empty() : Optional.of(best(limit, candidates));
        }

        private Candidate best(String limit, List<Candidate> among) {
            return among.stream()
                    .min(java.util.Comparator.comparingDouble(c -> badness(limit, c)))
                    .orElseThrow();
        }

        private double badness(String limit, Candidate c) {
            return switch (limit) {
                case "accuracy.floor", "accuracy.drop" ->
                    -c.variant().accuracy().getValue();
                case "p95" -> c.outlook().p95Ms().map(Figure::value).orElse(Double.MAX_VALUE);
                case "memory" -> c.outlook().memoryBytes().map(Figure::value).orElse(Double.MAX_VALUE);
                case "joules" -> c.outlook().joules().map(Figure::value).orElse(Double.MAX_VALUE);
                default -> c.variant().bytes();
            };
        }

        private String value(String limit, Candidate c) {
            return switch (limit) {
                case "accuracy.floor" -> words("%.4f", c.variant().accuracy().getValue());
                case "accuracy.drop" -> words("%.4f", drop(c));
                case "p95" -> words("%.3g ms", badness(limit, c));
                case "memory" -> words("%.1f MB", badness(limit, c) / 1e6);
                case "joules" -> words("%.3g J", badness(limit, c));
                default -> words("%.2f MB", c.variant().bytes() / 1e6);
            };
        }

        private double drop(Candidate c) {
            double original = candidates.stream()
                    .map(Candidate::variant)
                    .filter(Variant::original)
                    .mapToDouble(v -> v.accuracy().getValue())
                    .findFirst()
                    .orElse(0);
            return original - c.variant().accuracy().getValue();
        }

        private String wanted(String limit) {
            return switch (limit) {
                case "accuracy.floor" -> words("%.4f", requirement.floor().orElse(0));
                case "accuracy.drop" -> words("%.4f", requirement.maxDrop().orElse(0));
                case "p95" -> words("%.3g ms", requirement.maxP95Ms().orElse(0));
                case "memory" -> words("%.1f MB", requirement.maxMemoryBytes().orElse(0) / 1e6);
                case "joules" -> words("%.3g J", requirement.maxJoules().orElse(0));
                default -> words("%.2f MB", requirement.maxBytes().orElse(0) / 1e6);
            };
        }

        private static String names(List<Candidate> some) {
            return String.join(
                    ", ", some.stream().map(c -> c.variant().name()).limit(4).toList());
        }

        private String rest() {
            var made = candidates.stream().map(c -> c.variant().recipe()).toList();
            var rest = recipes.stream().filter(r -> !made.contains(r)).limit(8).toList();
            return rest.isEmpty() ? "every recipe was tried" : String.join(", ", rest);
        }
    }
}
