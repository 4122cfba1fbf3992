package dev.edgewright.controller.catalog;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.v1.TensorSpec;
import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the graph, then loads it in ONNX Runtime: what the runtime refuses here, a device would refuse too. */
public final class OnnxModelInspector implements ModelInspector {

    private static final Logger LOG = LoggerFactory.getLogger(OnnxModelInspector.class);

    @Override
    public Facts inspect(Path onnx) {
        Graph graph = read(onnx);
        try (var options = GraphRuntime.options(1);
                var session = GraphRuntime.ENVIRONMENT.createSession(onnx.toString(), options)) {
            var facts = new Facts(
                    specs(session.getInputInfo()),
                    specs(session.getOutputInfo()),
                    (int) graph.opset(),
                    operators(graph),
                    graph.parameters());
            LOG.atInfo()
                    .addKeyValue("inputs", facts.inputs().size())
                    .addKeyValue("parameters", facts.parameters())
                    .log("model can be run");
            return facts;
        } catch (OrtException e) {
            throw refused(e);
        }
    }

    private static Graph read(Path onnx) {
        try {
            return OnnxFile.read(onnx);
        } catch (CompressionException e) {
            throw EdgewrightException.caller(e.code().name(), e.getMessage(), e);
        }
    }

    /** ONNX Runtime has one code for many refusals; its words tell them apart. */
    private static EdgewrightException refused(OrtException e) {
        String words = e.getMessage() == null ? "" : e.getMessage();
        String lower = words.toLowerCase(Locale.ROOT);
        String code = "MODEL_INVALID";
        if (lower.contains("is not a registered function/op")
                || lower.contains("no op registered")
                || lower.contains("could not find an implementation")
                || lower.contains("no schema registered")
                || lower.contains("no opset import for domain")) {
            code = "OPERATOR_UNKNOWN";
        } else if (lower.contains("opset") || lower.contains("unsupported model ir version")) {
            code = "OPSET_UNSUPPORTED";
        } else if (lower.contains("protobuf parsing failed")) {
            code = "MODEL_NOT_ONNX";
        }
        return EdgewrightException.caller(code, "ONNX Runtime does not take the model: " + words, e);
    }

    private static Map<String, Integer> operators(Graph graph) {
        var count = new TreeMap<String, Integer>();
        graph.nodes().forEach(node -> count.merge(node.op(), 1, Integer::sum));
        return count;
    }

    static List<TensorSpec> specs(Map<String, NodeInfo> infos) throws OrtException {
        var specs = new ArrayList<TensorSpec>();
        for (NodeInfo info : infos.values()) {
            if (!(info.getInfo() instanceof TensorInfo tensor)) {
                throw EdgewrightException.caller(
                        "MODEL_INVALID",
                        "input or output " + info.getName() + " is a "
                                + info.getInfo().getClass().getSimpleName() + "; only tensors can be served");
            }
            var spec = TensorSpec.newBuilder().setName(info.getName()).setDatatype(GraphRuntime.datatype(tensor));
            for (long dimension : tensor.getShape()) {
                spec.addShape(Math.max(-1, dimension));
            }
            specs.add(spec.build());
        }
        return specs;
    }
}
