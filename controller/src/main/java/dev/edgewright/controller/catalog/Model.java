package dev.edgewright.controller.catalog;

import dev.edgewright.common.id.ModelName;
import java.util.List;
import java.util.Optional;

/**
 * A model by name.
 *
 * @param versions oldest import first; never empty
 * @param data the calibration and evaluation data, when some was put
 */
public record Model(ModelName name, List<ModelVersion> versions, Optional<DataInfo> data) {
    public Model {
        versions = List.copyOf(versions);
        if (versions.isEmpty()) {
            throw new IllegalArgumentException("a model has at least one version");
        }
    }

    /** The version imported last. */
    public ModelVersion latest() {
        return versions.get(versions.size() - 1);
    }

    public Optional<ModelVersion> version(String version) {
        return versions.stream().filter(v -> v.version().equals(version)).findFirst();
    }
}
