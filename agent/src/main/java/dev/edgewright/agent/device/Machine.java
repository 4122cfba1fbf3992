package dev.edgewright.agent.device;

/** The running machine as its operating system describes it, for what no file says. */
interface Machine {
    String arch();

    String os();

    String cpuModel();

    /** Logical processors of the whole machine. */
    int logicalCpus();

    /** Logical processors that this process may run on. */
    int usableCpus();

    long memoryBytes();
}
