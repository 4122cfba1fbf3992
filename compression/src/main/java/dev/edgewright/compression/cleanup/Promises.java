package dev.edgewright.compression.cleanup;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.ValueInfo;
import java.util.List;

/** What every clean-up pass promises. */
final class Promises {

    private Promises() {}

    /** The same inputs to feed and the same outputs, in order. */
    static void sameInterface(String pass, Graph before, Graph after) {
        List<String> feeds = before.feeds().stream().map(ValueInfo::name).toList();
        List<String> outputs = before.outputs().stream().map(ValueInfo::name).toList();
        if (!feeds.equals(after.feeds().stream().map(ValueInfo::name).toList())
                || !outputs.equals(after.outputs().stream().map(ValueInfo::name).toList())) {
            throw new CompressionException(Code.PASS_BROKEN, pass + " changed the inputs or outputs of the graph");
        }
    }
}
