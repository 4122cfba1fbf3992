package dev.edgewright.controller.catalog;

import dev.edgewright.common.protocol.v1.TensorSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Looks into an ONNX file and makes sure that it can be run. */
public interface ModelInspector {

    /** @throws dev.edgewright.common.error.EdgewrightException with the codes that {@link CatalogService#importModel} lists */
    Facts inspect(Path onnx);

    /**
     * Makes sure that data fits a model: every input is there, with its type and sizes.
     *
     * @param folder with a data.yaml; files outside it are refused
     * @throws dev.edgewright.common.error.EdgewrightException DATA_INVALID, naming the key, the file or the input
     */
    void checkData(Path onnx, Path folder);

    /** @param opset version of the default operator domain */
    record Facts(
            List<TensorSpec> inputs,
            List<TensorSpec> outputs,
            int opset,
            Map<String, Integer> operators,
            long parameters) {}
}
