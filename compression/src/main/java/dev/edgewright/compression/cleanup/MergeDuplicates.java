package dev.edgewright.compression.cleanup;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/** Keeps one of initialisers that are equal in type, sizes and bytes; exporters write tied weights several times. */
public final class MergeDuplicates implements Pass {

    private static final int WORTH_MERGING = 64;

    private final long smallest;

    /** Leaves small constants alone: they cost nothing, and graphs read better with each under its own name. */
    public MergeDuplicates() {
        this(WORTH_MERGING);
    }

    private MergeDuplicates(long smallest) {
        this.smallest = smallest;
    }

    /** Small ones too, for finished graphs: the zero points of all layers of one width become one. */
    public static MergeDuplicates ofAnySize() {
        return new MergeDuplicates(1);
    }

    @Override
    public String name() {
        return "merge-duplicates";
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        Map<Long, List<Tensor>> seen = new HashMap<>();
        GraphEdit edit = graph.edit();
        long saved = 0;
        int merged = 0;
        for (Tensor tensor : graph.initializers().values()) {
            if (tensor.type() == ElementType.STRING
                    || tensor.bytes() < smallest
                    || graph.constant(tensor.name()).isEmpty()
                    || graph.isOutput(tensor.name())) {
                continue;
            }
            ByteBuffer data = tensor.data();
            List<Tensor> alike = seen.computeIfAbsent(checksum(data), key -> new ArrayList<>());
            Tensor same = alike.stream()
                    .filter(other -> other.type() == tensor.type()
                            && Arrays.equals(other.sizes(), tensor.sizes())
                            && other.data().equals(data))
                    .findFirst()
                    .orElse(null);
            if (same == null) {
                alike.add(tensor);
            } else {
                edit.redirect(tensor.name(), same.name()).removeInitializer(tensor.name());
                saved += tensor.bytes();
                merged++;
            }
        }
        return merged == 0
                ? PassResult.unchanged(graph)
                : PassResult.changed(
                        edit.build(), "merge-duplicates: " + merged + " equal initialisers, " + saved + " bytes saved");
    }

    /** Of the bytes; quick, since every weight of the model passes here. */
    private static long checksum(ByteBuffer data) {
        CRC32C checksum = new CRC32C();
        checksum.update(data.duplicate());
        return checksum.getValue();
    }

    @Override
    public void ensures(Graph before, PassResult result) {
        Promises.sameInterface(name(), before, result.graph());
    }
}
