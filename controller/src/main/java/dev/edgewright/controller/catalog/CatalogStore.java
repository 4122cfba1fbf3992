package dev.edgewright.controller.catalog;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import java.util.List;
import java.util.Optional;

/** Keeps models and variants over a restart. */
public interface CatalogStore {

    /** Adds a version unless (model, version) is there; true when it was added. */
    boolean addVersion(ModelVersion version);

    List<ModelVersion> versions();

    List<ModelVersion> versions(ModelName model);

    void putData(DataInfo data);

    Optional<DataInfo> data(ModelName model);

    /** Adds a variant unless its digest is there; true when it was added. */
    boolean addVariant(Variant variant);

    List<Variant> variants(ModelName model);

    Optional<Variant> variant(Digest manifest);
}
