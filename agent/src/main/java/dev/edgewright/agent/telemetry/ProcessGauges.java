package dev.edgewright.agent.telemetry;

import com.sun.management.OperatingSystemMXBean;
import dev.edgewright.agent.device.FileRoots;
import dev.edgewright.agent.device.PowerSupplies;
import dev.edgewright.agent.inference.ResidentMemory;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;

/** Numbers of this process and of the machine around it. */
public final class ProcessGauges {
    private final FileRoots roots;
    private final ResidentMemory memory = new ResidentMemory(Path.of("/proc"));
    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    /** @param roots of the machine's sensors; the process's own numbers always come from this process */
    public ProcessGauges(FileRoots roots) {
        this.roots = roots;
    }

    /** Processor seconds that this process has used since it began. */
    public double cpuSeconds() {
        return Math.max(0, system.getProcessCpuTime()) * 1e-9;
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
