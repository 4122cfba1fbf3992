package dev.edgewright.agent.device;

import java.util.Map;
import java.util.Optional;

/**
 * Names for the numbers by which Arm cores identify themselves (MIDR_EL1: implementer and part).
 *
 * <p>Sources: the kernel's {@code arch/arm64/include/asm/cputype.h}; Arm's technical reference manuals.
 */
final class ArmCores {
    private static final Map<String, String> PARTS = Map.ofEntries(
            Map.entry("0x41:0xd03", "Cortex-A53"),
            Map.entry("0x41:0xd04", "Cortex-A35"),
            Map.entry("0x41:0xd05", "Cortex-A55"),
            Map.entry("0x41:0xd07", "Cortex-A57"),
            Map.entry("0x41:0xd08", "Cortex-A72"),
            Map.entry("0x41:0xd09", "Cortex-A73"),
            Map.entry("0x41:0xd0a", "Cortex-A75"),
            Map.entry("0x41:0xd0b", "Cortex-A76"),
            Map.entry("0x41:0xd0c", "Neoverse-N1"),
            Map.entry("0x41:0xd0d", "Cortex-A77"),
            Map.entry("0x41:0xd40", "Neoverse-V1"),
            Map.entry("0x41:0xd41", "Cortex-A78"),
            Map.entry("0x41:0xd42", "Cortex-A78AE"),
            Map.entry("0x41:0xd44", "Cortex-X1"),
            Map.entry("0x41:0xd46", "Cortex-A510"),
            Map.entry("0x41:0xd47", "Cortex-A710"),
            Map.entry("0x41:0xd48", "Cortex-X2"),
            Map.entry("0x41:0xd49", "Neoverse-N2"),
            Map.entry("0x41:0xd4f", "Neoverse-V2"),
            Map.entry("0x4e:0x003", "NVIDIA Denver 2"),
            Map.entry("0x4e:0x004", "NVIDIA Carmel"),
            Map.entry("0x61:0x022", "Apple Icestorm"),
            Map.entry("0x61:0x023", "Apple Firestorm"),
            Map.entry("0xc0:0xac3", "Ampere-1"));

    private ArmCores() {}

    static Optional<String> name(String implementer, String part) {
        if (implementer == null || part == null) {
            return Optional.empty();
        }
        String key = implementer + ":" + part;
        return Optional.of(PARTS.getOrDefault(key, "Arm " + key));
    }
}
