package dev.edgewright.agent.serve;

import dev.edgewright.agent.inference.TensorValue;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A decoded inference request.
 *
 * @param outputs wanted outputs in order; empty for all
 * @param binaryDefault whether outputs that are not named go as binary
 */
record InferenceRequest(
        Optional<String> id, Map<String, TensorValue> inputs, List<WantedOutput> outputs, boolean binaryDefault) {

    /** An output and how it should be sent. */
    record WantedOutput(String name, boolean binary) {}

    List<String> outputNames() {
        return outputs.stream().map(WantedOutput::name).toList();
    }

    boolean binary(String output) {
        for (WantedOutput wanted : outputs) {
            if (wanted.name().equals(output)) {
                return wanted.binary();
            }
        }
        return binaryDefault;
    }
}
