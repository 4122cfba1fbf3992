package dev.edgewright.agent.update;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.Manifest;
import java.util.Optional;

/**
 * One assignment of an accepted desired state.
 *
 * @param target digest of the manifest that the assignment carries, trusted or not
 * @param manifest the manifest, when a trusted key signed it and it keeps every limit
 * @param refusal why there is no manifest
 */
record Offer(
        ModelName model,
        Assignment assignment,
        Digest target,
        Optional<Manifest> manifest,
        Optional<Failure> refusal) {}
