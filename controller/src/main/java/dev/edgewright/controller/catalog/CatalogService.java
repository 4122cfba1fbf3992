package dev.edgewright.controller.catalog;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The catalog of models, variants and data. Thread-safe; every call may block on the disk. */
public interface CatalogService {

    /**
     * Imports one version of a model. The same bytes again are the same version, unchanged.
     *
     * @param version empty for the first 12 hex digits of the file's SHA-256
     * @throws dev.edgewright.common.error.EdgewrightException MODEL_EMPTY, MODEL_NOT_ONNX, MODEL_TRUNCATED,
     *     OPERATOR_UNKNOWN, OPSET_UNSUPPORTED, ... as the compression library names them; MODEL_TOO_LARGE;
     *     VERSION_CONFLICT when the version exists with other bytes
     */
    ModelVersion importModel(ModelName model, Optional<String> version, InputStream onnx);

    /** Same, from a file, which is left where it is. */
    ModelVersion importModel(ModelName model, Optional<String> version, Path onnx);

    /**
     * Replaces the calibration and evaluation data of a model by a zip with a data.yaml at its root.
     *
     * @throws dev.edgewright.common.error.EdgewrightException MODEL_NOT_FOUND, DATA_NOT_ZIP, DATA_PATH (an entry that
     *     leaves the folder), DATA_TOO_LARGE, DATA_INVALID
     */
    DataInfo putData(ModelName model, InputStream zip);

    List<Model> models();

    Optional<Model> model(ModelName model);

    /** Same as {@link #model} but a miss is a MODEL_NOT_FOUND error. */
    Model requireModel(ModelName model);

    /** Variants of every version of a model, oldest first. */
    List<Variant> variants(ModelName model);

    Optional<Variant> variant(Digest manifest);

    /**
     * Stores a variant's blobs, builds its chunk index and its manifest, and signs it. The same graph of the same
     * version and name again answers the variant that is there.
     */
    Variant publishVariant(ModelVersion of, NewVariant variant);

    /** The ONNX file of a version. */
    Path original(ModelVersion version);

    /** The folder with data.yaml of a model. */
    Optional<Path> data(ModelName model);
}
