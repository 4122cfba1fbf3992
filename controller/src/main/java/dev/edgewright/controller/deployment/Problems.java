package dev.edgewright.controller.deployment;

import dev.edgewright.common.error.EdgewrightException;
import java.util.ArrayList;
import java.util.List;

/** Everything that is wrong with a file, in its order, so that it is mended in one go. */
final class Problems {

    private static final int MOST = 20;

    private record Problem(Place place, String words) {}

    private final List<Problem> all = new ArrayList<>();

    void add(Place place, String words) {
        all.add(new Problem(place, words));
    }

    boolean none() {
        return all.isEmpty();
    }

    /** @throws EdgewrightException DEPLOYMENT_INVALID with one line a problem, when there is any */
    void throwIfAny() {
        if (none()) {
            return;
        }
        var lines = all.stream()
                .sorted(java.util.Comparator.<Problem>comparingInt(
                                p -> p.place().line())
                        .thenComparingInt(p -> p.place().column()))
                .map(p -> p.place() + ": " + p.words())
                .limit(MOST)
                .toList();
        throw EdgewrightException.caller("DEPLOYMENT_INVALID", String.join("\n", lines));
    }
}
