package dev.edgewright.agent.device;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Instruction sets that decide which variants are fast or even right, by Edgewright's names.
 *
 * <p>Sources: the kernel's {@code arch/x86/include/asm/cpufeatures.h}; {@code Documentation/arch/arm64/elf_hwcaps.rst}.
 */
public final class InstructionSets {
    private static final Map<String, String> X86 = new LinkedHashMap<>();
    private static final Map<String, String> ARM = new LinkedHashMap<>();

    static {
        X86.put("avx2", "avx2");
        X86.put("fma", "fma");
        X86.put("f16c", "f16c");
        X86.put("avx512f", "avx512f");
        X86.put("avx512bw", "avx512bw");
        X86.put("avx512_vnni", "avx512_vnni");
        X86.put("avx_vnni", "avx_vnni");
        X86.put("avx_vnni_int8", "avx_vnni_int8");
        X86.put("avx512_bf16", "bf16");
        X86.put("avx512_fp16", "fp16");
        X86.put("amx_tile", "amx_tile");
        X86.put("amx_int8", "amx_int8");
        X86.put("amx_bf16", "amx_bf16");
        ARM.put("asimd", "neon");
        ARM.put("neon", "neon"); // 32-bit kernels say so
        ARM.put("asimddp", "dotprod");
        ARM.put("i8mm", "i8mm");
        ARM.put("bf16", "bf16");
        ARM.put("sve", "sve");
        ARM.put("sve2", "sve2");
    }

    /** Every name that facts, masks and manifests may use. */
    public static final Set<String> NAMES = names();

    private InstructionSets() {}

    private static Set<String> names() {
        SortedSet<String> names = new TreeSet<>(X86.values());
        names.addAll(ARM.values());
        names.add("fp16");
        return names;
    }

    /** Of an x86 {@code flags} line. */
    static SortedSet<String> ofX86Flags(String flags) {
        return translate(flags, X86);
    }

    /** Of an Arm {@code Features} line. Half-precision arithmetic counts when scalar and vector both have it. */
    static SortedSet<String> ofArmFeatures(String features) {
        SortedSet<String> found = translate(features, ARM);
        List<String> words = Arrays.asList(features.split("\\s+"));
        if (words.contains("fphp") && words.contains("asimdhp")) {
            found.add("fp16");
        }
        return found;
    }

    private static SortedSet<String> translate(String line, Map<String, String> names) {
        SortedSet<String> found = new TreeSet<>();
        for (String word : line.split("\\s+")) {
            if (names.containsKey(word)) {
                found.add(names.get(word));
            }
        }
        return found;
    }

    /**
     * Which of a manifest's requirements a device lacks.
     *
     * @param required each one name, or several of which one is enough: {@code "avx512_vnni|dotprod"}
     */
    public static List<String> missing(List<String> required, Set<String> present) {
        return required.stream()
                .filter(r -> Arrays.stream(r.split("\\|")).map(String::strip).noneMatch(present::contains))
                .toList();
    }
}
