package dev.edgewright.controller.deployment;

import java.util.List;
import java.util.Optional;

/** Keeps deployments over a restart. */
public interface DeploymentStore {

    /** Newest first. */
    List<DeploymentRun> list(int limit);

    List<DeploymentRun> live();

    Optional<DeploymentRun> find(String id);

    void save(DeploymentRun run);
}
