package dev.edgewright.agent.power;

import java.util.List;
import java.util.OptionalDouble;
import java.util.function.DoubleSupplier;

/** No sensor: the process's processor time times a power model. */
final class EstimateMeter implements EnergyMeter {
    private final PowerModel model;
    private final DoubleSupplier cpuSeconds;
    private double last = Double.NaN;

    /** @param cpuSeconds that this process has used since it began */
    EstimateMeter(PowerModel model, DoubleSupplier cpuSeconds) {
        this.model = model;
        this.cpuSeconds = cpuSeconds;
    }

    @Override
    public EnergySource source() {
        return EnergySource.ESTIMATED;
    }

    @Override
    public List<String> sensors() {
        return List.of("estimated");
    }

    @Override
    public OptionalDouble joules(double seconds) {
        double now = cpuSeconds.getAsDouble();
        double used = now - last;
        last = now;
        return Double.isNaN(used)
                ? OptionalDouble.empty()
                : OptionalDouble.of(model.joules(Math.max(0, used), seconds));
    }
}
