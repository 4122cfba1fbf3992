package dev.edgewright.compression.search;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** Keeps what nothing else beats. */
public final class ParetoFront {

    private ParetoFront() {}

    /**
     * The items for which no other is at least as good by every measure and better by one. Of equals the first stays.
     *
     * @param costs measures that are better when smaller
     */
    public static <T> List<T> of(List<T> items, List<ToDoubleFunction<T>> costs) {
        return items.stream()
                .filter(item -> items.stream().noneMatch(other -> beats(other, item, items, costs)))
                .toList();
    }

    private static <T> boolean beats(T other, T item, List<T> items, List<ToDoubleFunction<T>> costs) {
        if (other == item) {
            return false;
        }
        boolean better = false;
        for (ToDoubleFunction<T> cost : costs) {
            double a = cost.applyAsDouble(other);
            double b = cost.applyAsDouble(item);
            if (a > b) {
                return false;
            }
            better |= a < b;
        }
        return better || items.indexOf(other) < items.indexOf(item);
    }
}
