package dev.edgewright.controller.catalog;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.v1.TensorSpec;
import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.Compressor;
import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.graph.Dimension;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.ValueInfo;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import java.nio.file.Path;
import java.util.List;

/** Inspects with the compression library, which loads the model in ONNX Runtime: what is refused here, a device would refuse too. */
public final class CompressorInspector implements ModelInspector {

    @Override
    public Facts inspect(Path onnx) {
        try {
            var info = Compressor.inspect(onnx);
            return new Facts(
                    specs(info.inputs()),
                    specs(info.outputs()),
                    Math.toIntExact(info.opset()),
                    info.operators(),
                    info.parameters());
        } catch (CompressionException e) {
            throw translated(e);
        }
    }

    @Override
    public void checkData(Path onnx, Path folder) {
        try (var session = ModelSession.open(onnx, SessionSettings.single())) {
            var data = DataSource.openConfined(folder);
            var batching = Batching.of(session.inputs(), 1);
            batching.check(data.calibration());
            batching.check(data.validation());
        } catch (CompressionException e) {
            throw translated(e);
        }
    }

    /** The library's code and words, with who can do something about it. */
    static EdgewrightException translated(CompressionException e) {
        String code = e.code().name();
        return switch (e.code()) {
            case OUTPUT_FAILED -> EdgewrightException.resource(code, e.getMessage(), e);
            case PASS_BROKEN, FUSION_LOST -> EdgewrightException.bug(code, e.getMessage(), e);
            default -> EdgewrightException.caller(code, e.getMessage(), e);
        };
    }

    private static List<TensorSpec> specs(List<ValueInfo> values) {
        return values.stream().map(CompressorInspector::spec).toList();
    }

    private static TensorSpec spec(ValueInfo value) {
        if (!value.isTensor()) {
            throw EdgewrightException.caller(
                    "MODEL_INVALID", "input or output " + value.name() + " is no tensor; only tensors can be served");
        }
        var spec = TensorSpec.newBuilder().setName(value.name()).setDatatype(datatype(value));
        value.shape().ifPresent(shape -> shape.dimensions().forEach(d -> spec.addShape(size(d))));
        return spec.build();
    }

    private static long size(Dimension dimension) {
        return dimension.isFixed() ? dimension.size() : -1;
    }

    private static String datatype(ValueInfo value) {
        return datatype(value.type())
                .orElseThrow(() -> EdgewrightException.caller(
                        "MODEL_INVALID",
                        "input or output " + value.name() + " is of type " + value.type()
                                + ", which cannot be served"));
    }

    /** Name of a type in the Open Inference Protocol. */
    static java.util.Optional<String> datatype(ElementType type) {
        return java.util.Optional.ofNullable(
                switch (type) {
                    case FLOAT -> "FP32";
                    case DOUBLE -> "FP64";
                    case FLOAT16 -> "FP16";
                    case BFLOAT16 -> "BF16";
                    case INT8 -> "INT8";
                    case INT16 -> "INT16";
                    case INT32 -> "INT32";
                    case INT64 -> "INT64";
                    case UINT8 -> "UINT8";
                    case BOOL -> "BOOL";
                    default -> null;
                });
    }
}
