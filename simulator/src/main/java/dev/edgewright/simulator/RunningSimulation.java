package dev.edgewright.simulator;

import dev.edgewright.simulator.fleet.Fleet;
import dev.edgewright.simulator.fleet.Statistics;

/** Devices that are on the broker, or on their way. Closing it takes them off. */
public final class RunningSimulation implements AutoCloseable {

    private final Fleet fleet;

    RunningSimulation(Fleet fleet) {
        this.fleet = fleet;
    }

    /** What the devices are doing now. */
    public Statistics statistics() {
        return fleet.statistics();
    }

    @Override
    public void close() {
        fleet.close();
    }
}
