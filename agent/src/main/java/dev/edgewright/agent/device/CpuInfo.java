package dev.edgewright.agent.device;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What {@code /proc/cpuinfo} says of the processor, on x86-64 and on Arm.
 *
 * @param arch {@code x86_64}, {@code aarch64}, {@code arm}, or "" when the file does not tell
 * @param model what a person would call it; "" when unknown
 * @param cpus logical processors listed
 * @param isa instruction sets that every listed processor has
 */
record CpuInfo(String arch, String model, int cpus, SortedSet<String> isa) {

    static CpuInfo parse(String text) {
        List<Map<String, String>> processors = new ArrayList<>();
        Map<String, String> board = new LinkedHashMap<>();
        Map<String, String> section = new LinkedHashMap<>();
        for (String line : (text + "\n\n").split("\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                section.put(
                        line.substring(0, colon).strip(),
                        line.substring(colon + 1).strip());
            } else if (line.isBlank() && !section.isEmpty()) {
                if (section.containsKey("processor")) {
                    processors.add(section);
                } else {
                    board.putAll(section);
                }
                section = new LinkedHashMap<>();
            }
        }
        if (processors.isEmpty()) {
            return new CpuInfo("", "", 0, new TreeSet<>());
        }
        boolean x86 = processors.get(0).containsKey("flags");
        SortedSet<String> isa = commonIsa(processors, x86);
        if (x86) {
            return new CpuInfo("x86_64", processors.get(0).getOrDefault("model name", ""), processors.size(), isa);
        }
        String architecture = processors.get(0).getOrDefault("CPU architecture", "");
        String arch = architecture.equals("8") || isa.contains("neon") && architecture.isEmpty() ? "aarch64" : "arm";
        return new CpuInfo(arch, armModel(processors, board), processors.size(), isa);
    }

    /** Big and little cores may differ; a variant runs on any of them. */
    private static SortedSet<String> commonIsa(List<Map<String, String>> processors, boolean x86) {
        SortedSet<String> common = null;
        Set<String> seen = new LinkedHashSet<>();
        for (Map<String, String> processor : processors) {
            String line = processor.getOrDefault(x86 ? "flags" : "Features", "");
            if (!seen.add(line)) {
                continue;
            }
            SortedSet<String> own = x86 ? InstructionSets.ofX86Flags(line) : InstructionSets.ofArmFeatures(line);
            if (common == null) {
                common = own;
            } else {
                common.retainAll(own);
            }
        }
        return common == null ? new TreeSet<>() : common;
    }

    private static String armModel(List<Map<String, String>> processors, Map<String, String> board) {
        Set<String> cores = new LinkedHashSet<>();
        for (Map<String, String> processor : processors) {
            ArmCores.name(processor.get("CPU implementer"), processor.get("CPU part"))
                    .ifPresent(cores::add);
        }
        String core = String.join(" + ", cores);
        return Optional.ofNullable(board.get("Model"))
                .map(model -> core.isEmpty() ? model : model + " (" + core + ")")
                .orElse(core);
    }
}
