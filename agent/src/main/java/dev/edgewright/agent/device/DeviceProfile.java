package dev.edgewright.agent.device;

import dev.edgewright.common.error.EdgewrightException;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Makes a machine pass for a smaller one. The limits hold (threads of sessions, memory that a variant may need); a masked instruction set is
 * only kept out of the facts, for ONNX Runtime cannot be told to avoid it, and {@link #labels()} says so.
 *
 * @param threads that inference may use; 0 for all
 * @param memoryMb that the agent may use; 0 for all
 * @param maskedIsa instruction sets that are not reported
 */
public record DeviceProfile(int threads, int memoryMb, SortedSet<String> maskedIsa) {
    /** No limit. */
    public static final DeviceProfile NONE = new DeviceProfile(0, 0, new TreeSet<>());

    public DeviceProfile {
        if (threads < 0 || memoryMb < 0) {
            throw EdgewrightException.caller(
                    "CONFIG_INVALID", "threads and memory must not be negative: " + threads + ", " + memoryMb);
        }
        for (String name : maskedIsa) {
            if (!InstructionSets.NAMES.contains(name)) {
                throw EdgewrightException.caller(
                        "CONFIG_INVALID",
                        "no instruction set is called \"" + name + "\"; known: " + InstructionSets.NAMES);
            }
        }
        maskedIsa = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(maskedIsa));
    }

    /** What the controller's people should see of it: the limits that are not the machine's own. */
    public Map<String, String> labels() {
        Map<String, String> labels = new TreeMap<>();
        if (threads > 0) {
            labels.put("profile.threads", Integer.toString(threads));
        }
        if (memoryMb > 0) {
            labels.put("profile.memory_mb", Integer.toString(memoryMb));
        }
        if (!maskedIsa.isEmpty()) {
            labels.put("profile.masked_isa", String.join(",", maskedIsa));
        }
        return labels;
    }
}
