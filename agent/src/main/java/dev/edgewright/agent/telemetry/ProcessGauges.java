package dev.edgewright.agent.telemetry;

import dev.edgewright.agent.device.FileRoots;
import dev.edgewright.agent.device.PowerSupplies;
import dev.edgewright.agent.inference.ResidentMemory;
import java.nio.file.Path;

/** Numbers of this process and of the machine around it. */
public final class ProcessGauges {
    /** What the kernel shows to programs, whatever it counts by itself. */
    private static final double TICKS_PER_SECOND = 100;

    private final FileRoots roots;
    private final ResidentMemory memory = new ResidentMemory(Path.of("/proc"));
    private final Path stat = Path.of("/proc/self/stat");

    /** @param roots of the machine's sensors; the process's own numbers always come from this process */
    public ProcessGauges(FileRoots roots) {
        this.roots = roots;
    }

    /**
     * Processor seconds that this process has used since it began, in steps of a hundredth; from {@code /proc/self/stat}, which spares a small
     * device the megabytes of the platform's management beans.
     */
    public double cpuSeconds() {
        return FileRoots.text(stat).map(ProcessGauges::ticks).orElseGet(ProcessGauges::byHandle);
    }

    /** User and system time are fields 14 and 15; field 2, the name, may hold blanks and ends with the last bracket (proc(5)). */
    private static double ticks(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    private static double byHandle() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(d -> d.toNanos() * 1e-9)
                .orElse(0.0);
    }

    /** Bytes; 0 unknown. */
    public long residentBytes() {
        return memory.getAsLong();
    }

    /** Degrees; 0 unknown. */
    public double temperatureCelsius() {
        return Temperature.read(roots);
    }

    /** Charge; 0 without a battery. */
    public int batteryPercent() {
        return PowerSupplies.read(roots).percent();
    }
}
