package dev.edgewright.controller.deployment;

import dev.edgewright.controller.rollout.RolloutRequest;
import java.util.Map;
import java.util.Set;

/** What may stand under {@code rollout:}, which is what the API takes for a rollout. */
public interface RolloutSection {

    /**
     * @param path "" for the section itself, "gates" for a mapping in it
     * @return known keys; empty when the value at the path is no mapping
     */
    Set<String> keys(String path);

    /**
     * The rollout that these values ask for.
     *
     * @throws dev.edgewright.common.error.EdgewrightException whose message names the field in quotes
     */
    RolloutRequest request(Map<String, Object> values, String createdBy);
}
