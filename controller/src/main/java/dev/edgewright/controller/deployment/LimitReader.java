package dev.edgewright.controller.deployment;

import dev.edgewright.controller.deployment.DeploymentFile.Limits;
import java.util.HashMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/** Reads {@code limits:}; what a rule leaves out it takes from the file. */
final class LimitReader {

    private static final Set<String> ACCURACY = Set.of("floor", "drop");

    private final Problems problems;

    LimitReader(Problems problems) {
        this.problems = problems;
    }

    Limits read(Optional<YamlMap> found, Limits outer) {
        if (found.isEmpty()) {
            return outer;
        }
        var map = found.get();
        var lines = new HashMap<>(outer.lines());
        var accuracy = map.map("accuracy", ACCURACY);
        if (accuracy.isPresent()
                && !accuracy.get().has("floor")
                && !accuracy.get().has("drop")) {
            problems.add(map.place("accuracy"), "'" + map.path("accuracy") + "' needs a floor or a drop");
        }
        var floor = accuracy.flatMap(a -> share(a, "floor"));
        var drop = accuracy.flatMap(a -> share(a, "drop"));
        accuracy.ifPresent(a -> ACCURACY.stream()
                .filter(a::has)
                .forEach(key -> lines.put("accuracy." + key, a.place(key).line())));
        Set.of("p95", "memory", "joules", "artifact").stream()
                .filter(map::has)
                .forEach(key -> lines.put(key, map.place(key).line()));
        var memory = bytes(map, "memory", outer.memory());
        var artifact = bytes(map, "artifact", outer.artifact());
        if (memory.isPresent() && map.has("memory") && memory.getAsLong() < 4096) {
            problems.add(
                    map.place("memory"),
                    "'" + map.path("memory") + "' of " + memory.getAsLong()
                            + " bytes holds no model; did you mean MB?");
        }
        return new Limits(
                floor.map(OptionalDouble::of).orElse(outer.floor()),
                drop.map(OptionalDouble::of).orElse(outer.drop()),
                or(map.number("p95", "a time such as 20ms", Words::milliseconds), outer.p95Ms()),
                memory,
                or(map.number("joules", "joules such as 0.05 or 50mJ", Words::joules), outer.joules()),
                artifact,
                lines);
    }

    private static Optional<Double> share(YamlMap map, String key) {
        return map.value(key, "a share such as 0.92 or 92%", Words::share);
    }

    private static OptionalLong bytes(YamlMap map, String key, OptionalLong outer) {
        var found = map.number(key, "a size such as 64MB", Words::bytes);
        return found.isPresent() ? OptionalLong.of((long) found.getAsDouble()) : outer;
    }

    private static OptionalDouble or(OptionalDouble own, OptionalDouble outer) {
        return own.isPresent() ? own : outer;
    }
}
