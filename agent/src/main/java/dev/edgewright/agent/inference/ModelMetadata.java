package dev.edgewright.agent.inference;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import java.util.List;

/** What is served under a model's name. */
public record ModelMetadata(
        ModelName model,
        String version,
        String variant,
        Digest manifest,
        List<TensorSignature> inputs,
        List<TensorSignature> outputs) {
    public ModelMetadata {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** For people: model, version and variant. */
    public String describe() {
        return model.value() + " " + version + " (" + variant + ")";
    }
}
