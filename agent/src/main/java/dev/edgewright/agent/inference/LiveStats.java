package dev.edgewright.agent.inference;

import java.util.Optional;

/**
 * The active variant since it was activated, and the one that it replaced.
 *
 * @param previous empty when nothing was active before
 */
public record LiveStats(VariantStats current, Optional<VariantStats> previous) {}
