package dev.edgewright.controller.fleet;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.edgewright.common.protocol.v1.AssignmentReport;
import dev.edgewright.common.protocol.v1.PowerSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The fields that a query can name, with their types and where they come from. The one list of them. */
final class DeviceFields {

    /** A field of {@code device}. */
    record Field(CelType type, String doc, Function<Device, Object> value) {}

    static final Map<String, Field> ALL = all();

    private DeviceFields() {}

    private static Map<String, Field> all() {
        CelType strings = ListType.create(SimpleType.STRING);
        CelType table = MapType.create(SimpleType.STRING, SimpleType.STRING);
        var f = new LinkedHashMap<String, Field>();
        f.put("id", new Field(SimpleType.STRING, "identifier", d -> d.id().value()));
        f.put(
                "arch",
                new Field(SimpleType.STRING, "x86_64, aarch64", d -> d.facts().getArch()));
        f.put(
                "os",
                new Field(SimpleType.STRING, "operating system", d -> d.facts().getOs()));
        f.put(
                "cpu_model",
                new Field(SimpleType.STRING, "processor", d -> d.facts().getCpuModel()));
        f.put("cores", new Field(SimpleType.INT, "cores that the agent may use", d ->
                (long) d.facts().getCores()));
        f.put("threads", new Field(SimpleType.INT, "threads of inference", d ->
                (long) d.facts().getIntraOpThreads()));
        f.put(
                "ram_mb",
                new Field(
                        SimpleType.INT,
                        "memory that the agent may use, MiB",
                        d -> d.facts().getRamBytes() >> 20));
        f.put(
                "disk_free_mb",
                new Field(SimpleType.INT, "free disk, MiB", d -> d.facts().getDiskFreeBytes() >> 20));
        f.put(
                "isa",
                new Field(
                        strings, "instruction sets", d -> List.copyOf(d.facts().getIsaList())));
        f.put(
                "power",
                new Field(
                        SimpleType.STRING,
                        "mains, battery, unknown",
                        d -> power(d.facts().getPower())));
        f.put("battery_percent", new Field(SimpleType.INT, "0 without a battery", d ->
                (long) d.facts().getBatteryPercent()));
        f.put(
                "energy_sensors",
                new Field(
                        strings,
                        "where joules come from",
                        d -> List.copyOf(d.facts().getEnergySensorsList())));
        f.put(
                "onnxruntime",
                new Field(SimpleType.STRING, "version", d -> d.facts().getOnnxruntimeVersion()));
        f.put(
                "providers",
                new Field(
                        strings,
                        "execution providers",
                        d -> List.copyOf(d.facts().getExecutionProvidersList())));
        f.put(
                "agent_version",
                new Field(SimpleType.STRING, "version", d -> d.facts().getAgentVersion()));
        f.put("labels", new Field(table, "the device's labels with the operator's over them", Device::labels));
        f.put("online", new Field(SimpleType.BOOL, "as last seen", Device::online));
        f.put("models", new Field(strings, "models that it serves", DeviceFields::models));
        f.put("variants", new Field(table, "model to active variant", DeviceFields::variants));
        f.put(
                "hardware_class",
                new Field(
                        SimpleType.STRING,
                        "see the devices' page",
                        d -> d.hardwareClass().value()));
        return f;
    }

    /** The known field that is nearest by edit distance; what was probably meant. */
    static String nearest(String unknown) {
        return ALL.keySet().stream()
                .min(Comparator.<String>comparingInt(known -> related(unknown, known) ? 0 : 1)
                        .thenComparingInt(known -> distance(unknown, known)))
                .orElseThrow();
    }

    /** One begins with the other: a shorter distance to something else is then an accident. */
    private static boolean related(String unknown, String known) {
        return unknown.length() >= 3 && known.startsWith(unknown) || unknown.startsWith(known);
    }

    static String known() {
        return ALL.keySet().stream().map(n -> "device." + n).collect(Collectors.joining(", "));
    }

    private static List<String> models(Device device) {
        return device.reported().getAssignmentsList().stream()
                .filter(r -> !r.getActiveManifest().isEmpty())
                .map(AssignmentReport::getModel)
                .toList();
    }

    private static Map<String, String> variants(Device device) {
        return device.reported().getAssignmentsList().stream()
                .filter(r -> !r.getActiveVariant().isEmpty())
                .collect(Collectors.toMap(AssignmentReport::getModel, AssignmentReport::getActiveVariant, (a, b) -> b));
    }

    private static String power(PowerSource source) {
        return switch (source) {
            case POWER_SOURCE_MAINS -> "mains";
            case POWER_SOURCE_BATTERY -> "battery";
            default -> "unknown";
        };
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitute, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
