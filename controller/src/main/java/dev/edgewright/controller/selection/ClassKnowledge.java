package dev.edgewright.controller.selection;

import dev.edgewright.controller.catalog.Variant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/** What is known of one class of devices from measurements there. */
public interface ClassKnowledge {

    /** Nothing was measured. */
    ClassKnowledge NONE = ofMedians(v -> OptionalDouble.empty());

    /** What devices of the class measured of a variant; empty when nobody has run it. */
    Optional<Measured> of(Variant variant);

    /** How much slower or faster operators are there than probes say. */
    default OperatorTable operators() {
        return OperatorTable.EMPTY;
    }

    /** Net joules of a millisecond of running, over all that was measured; empty when no energy was. */
    default OptionalDouble joulesPerMs() {
        return OptionalDouble.empty();
    }

    /** Medians alone, milliseconds. */
    static ClassKnowledge ofMedians(Function<Variant, OptionalDouble> p50Ms) {
        return variant -> {
            OptionalDouble median = p50Ms.apply(variant);
            return median.isPresent() ? Optional.of(Measured.median(median.getAsDouble())) : Optional.empty();
        };
    }
}
