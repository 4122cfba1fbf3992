package dev.edgewright.agent.device;

import oshi.SystemInfo;

/** Asks OSHI, which is loaded only when something is asked that the kernel's files left open: it costs some megabytes. */
final class OshiMachine implements Machine {
    private SystemInfo system;

    private synchronized SystemInfo system() {
        if (system == null) {
            system = new SystemInfo();
        }
        return system;
    }

    @Override
    public String arch() {
        return System.getProperty("os.arch");
    }

    @Override
    public String os() {
        return system().getOperatingSystem().getFamily() + " "
                + system().getOperatingSystem().getVersionInfo().getVersion();
    }

    @Override
    public String cpuModel() {
        return system().getHardware().getProcessor().getProcessorIdentifier().getName();
    }

    @Override
    public int logicalCpus() {
        return system().getHardware().getProcessor().getLogicalProcessorCount();
    }

    @Override
    public int usableCpus() {
        return Runtime.getRuntime().availableProcessors();
    }

    @Override
    public long memoryBytes() {
        return system().getHardware().getMemory().getTotal();
    }
}
