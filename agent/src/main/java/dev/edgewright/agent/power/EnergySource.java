package dev.edgewright.agent.power;

/** Where joules come from, by the names that the protocol and the metrics use. */
public enum EnergySource {
    /** Running average power limit counters of the processor. */
    RAPL("rapl", true),
    /** Shunt monitors on the board. */
    HWMON("hwmon", true),
    /** The battery's own gauge, while it discharges. */
    BATTERY("battery", true),
    /** The power management chip of a Raspberry Pi 5. */
    PMIC("pmic", true),
    /** Processor time times a stated power model. */
    ESTIMATED("estimated", false);

    private final String label;
    private final boolean measured;

    EnergySource(String label, boolean measured) {
        this.label = label;
        this.measured = measured;
    }

    /** As it stands in telemetry and metrics. */
    public String label() {
        return label;
    }

    public boolean measured() {
        return measured;
    }
}
