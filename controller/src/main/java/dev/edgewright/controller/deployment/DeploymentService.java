package dev.edgewright.controller.deployment;

import java.util.List;
import java.util.Optional;

/** What people do with deployments. Thread-safe; may block on the database. */
public interface DeploymentService {

    /**
     * Says what the file would do, and changes nothing.
     *
     * @throws dev.edgewright.common.error.EdgewrightException DEPLOYMENT_INVALID (one line a problem), MODEL_NOT_FOUND, VERSION_NOT_FOUND
     */
    Explanation explain(String yaml);

    /**
     * Tries what is worth trying, then rolls out.
     *
     * @throws dev.edgewright.common.error.EdgewrightException as {@link #explain}; QUERY_MATCHES_NOTHING when no rule takes a device;
     *     NO_VARIANT_SUITS with what is missing, when nothing suits any class
     */
    DeploymentRun apply(String yaml, String who);

    Optional<DeploymentRun> get(String id);

    /** Newest first. */
    List<DeploymentRun> list(int limit);
}
