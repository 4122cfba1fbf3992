package dev.edgewright.compression.quantize;

import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Embedding tables as int8 with one scale for each row. Only the rows that are looked up become floats again, so the table stays int8 in
 * memory too, and looking up costs next to nothing. Needs no data.
 *
 * <pre>
 * before: Gather(T [V, ...], ids) -> y
 * after:  Gather(T8 [V, ...], ids) -> Cast -> Mul(Gather(scales [V, 1 ...], ids)) -> y
 * </pre>
 *
 * Two nodes that read one table share its codes. A table that something else reads as floats stays: a second copy would only make the file
 * larger. Small tables stay, with their full precision.
 */
public final class EmbeddingTables implements Pass {

    /** Tables with fewer elements stay float: a coded one would save less than 50 kB. */
    static final long LEAST_ELEMENTS = 1 << 14;

    private static final int FLOAT = 1;

    @Override
    public String name() {
        return "int8-tables";
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        GraphEdit edit = graph.edit();
        Map<String, String[]> coded = new HashMap<>();
        List<String> notes = new ArrayList<>();
        long saved = 0;
        for (Node lookup : graph.nodes("Gather")) {
            String table = lookup.input(0);
            if (coded.containsKey(table) || !isTable(graph, lookup)) {
                continue;
            }
            if (graph.isOutput(table) || !graph.consumers(table).stream().allMatch(reader -> looksUp(reader, table))) {
                notes.add("int8-tables: table " + table + " stays float, more than lookups read it");
                continue;
            }
            Tensor floats = graph.constant(table).orElseThrow().withName(table);
            coded.put(table, code(edit, floats));
            saved += floats.bytes() - floats.elements() - 4 * floats.size(0);
            if (graph.initializers().containsKey(table)) {
                edit.removeInitializer(table);
            }
        }
        for (Node lookup : graph.nodes("Gather")) {
            if (coded.containsKey(lookup.input(0))) {
                rewrite(edit, lookup, coded.get(lookup.input(0)));
            }
        }
        coded.keySet().forEach(table -> graph.producer(table).ifPresent(edit::remove));
        return coded.isEmpty()
                ? PassResult.unchanged(graph, notes)
                : PassResult.changed(
                        edit.build(),
                        "int8-tables: " + coded.size() + " tables with a scale for each row, " + saved + " bytes saved",
                        notes);
    }

    private static boolean isTable(Graph graph, Node lookup) {
        return graph.constant(lookup.input(0))
                .filter(table -> table.type() == ElementType.FLOAT
                        && table.rank() >= 2
                        && table.elements() >= LEAST_ELEMENTS
                        && table.size(0) > 1
                        && looksUp(lookup, lookup.input(0)))
                .isPresent();
    }

    /** True for a node that takes rows of the table, and reads it for nothing else. */
    private static boolean looksUp(Node reader, String table) {
        return reader.is("Gather")
                && reader.intAttribute("axis", 0) == 0
                && reader.input(0).equals(table)
                && !reader.input(1).equals(table);
    }

    /** Puts codes and scales beside each other; the names of both. */
    private static String[] code(GraphEdit edit, Tensor table) {
        WeightCodes codes = WeightCodes.of(table, 0, true, WeightCodes.EIGHT_BITS, new float[0]);
        long[] sizes = table.sizes();
        long[] column = sizes.clone();
        Arrays.fill(column, 1, column.length, 1);
        return new String[] {
            edit.putFresh(Tensor.ofInt8(table.name() + "_quantized", codes.codes(), sizes)),
            edit.putFresh(Tensor.ofFloats(table.name() + "_scale", codes.scales(), column))
        };
    }

    private static void rewrite(GraphEdit edit, Node lookup, String[] coded) {
        String output = lookup.output(0);
        String rows = edit.freshName(output + "_codes");
        String scales = edit.freshName(output + "_scales");
        String real = edit.freshName(output + "_float");
        String ids = lookup.input(1);
        edit.replace(
                lookup,
                lookup.withInputs(List.of(coded[0], ids)).withOutput(0, rows),
                Node.of("Gather", scales, List.of(coded[1], ids), List.of(scales)),
                Node.of("Cast", real, List.of(rows), List.of(real), Attribute.ofInt("to", FLOAT)),
                Node.of("Mul", output + "_Mul", List.of(real, scales), List.of(output)));
    }
}
