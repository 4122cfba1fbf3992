package dev.edgewright.agent.inference;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.v1.Tensor;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tensors as the protocol carries them. */
public final class ProtoTensors {
    private ProtoTensors() {}

    /** By name, in the order of the list, in direct buffers. Refuses unknown datatypes and wrong sizes as {@code CALLER} errors. */
    public static Map<String, TensorValue> byName(List<Tensor> tensors) {
        Map<String, TensorValue> values = new LinkedHashMap<>();
        for (Tensor tensor : tensors) {
            Datatype datatype = Datatype.named(tensor.getDatatype())
                    .orElseThrow(() -> EdgewrightException.caller(
                            "DATATYPE_UNKNOWN",
                            "tensor " + tensor.getName() + " has unknown datatype \"" + tensor.getDatatype() + "\""));
            ByteBuffer data = ByteBuffer.allocateDirect(tensor.getData().size());
            tensor.getData().copyTo(data);
            long[] shape =
                    tensor.getShapeList().stream().mapToLong(Long::longValue).toArray();
            values.put(tensor.getName(), new TensorValue(datatype, shape, data.flip()));
        }
        return values;
    }
}
