package dev.edgewright.controller.selection;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.controller.catalog.Variant;
import java.util.List;
import java.util.Optional;

/**
 * The choice for one device.
 *
 * @param chosen empty when no variant suits; {@code why} then says what is missing
 * @param why one or two sentences
 * @param candidates every variant of the version with its verdict, the chosen one first
 */
public record Selection(DeviceId device, Optional<Variant> chosen, String why, List<Candidate> candidates) {
    public Selection {
        candidates = List.copyOf(candidates);
    }
}
