package dev.edgewright.agent.inference;

import dev.edgewright.common.id.ModelName;

/** What one variant of a model did in one stretch of time. */
public record ModelActivity(ModelName model, VariantStats stats) {}
