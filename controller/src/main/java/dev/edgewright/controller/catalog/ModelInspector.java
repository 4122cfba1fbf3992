package dev.edgewright.controller.catalog;

import dev.edgewright.common.protocol.v1.TensorSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Looks into an ONNX file and makes sure that it can be run. */
public interface ModelInspector {

    /** @throws dev.edgewright.common.error.EdgewrightException with the codes that {@link CatalogService#importModel} lists */
    Facts inspect(Path onnx);

    /** @param opset version of the default operator domain */
    record Facts(
            List<TensorSpec> inputs,
            List<TensorSpec> outputs,
            int opset,
            Map<String, Integer> operators,
            long parameters) {}
}
