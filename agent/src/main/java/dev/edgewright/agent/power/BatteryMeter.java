package dev.edgewright.agent.power;

import dev.edgewright.agent.device.FileRoots;
import dev.edgewright.agent.device.PowerSupplies;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What the batteries give, while they discharge: {@code power_now} in microwatts, or {@code current_now} times {@code voltage_now}, both in
 * micro units. On mains a battery says nothing of what the machine takes. Source: the kernel's
 * {@code Documentation/power/power_supply_class.rst}.
 */
final class BatteryMeter implements EnergyMeter, Sampled {
    private final List<Path> batteries;
    private final SampledPower power = new SampledPower(this::watts);

    private BatteryMeter(List<Path> batteries) {
        this.batteries = batteries;
    }

    static Optional<EnergyMeter> find(FileRoots roots) {
        List<Path> gauged = PowerSupplies.batteries(roots).stream()
                .filter(b -> reading(b).isPresent())
                .toList();
        return gauged.isEmpty() ? Optional.empty() : Optional.of(new BatteryMeter(gauged));
    }

    private static OptionalDouble reading(Path battery) {
        Optional<Long> power = FileRoots.number(battery.resolve("power_now"));
        if (power.isPresent()) {
            return OptionalDouble.of(Math.abs(power.get()) * 1e-6);
        }
        Optional<Long> current = FileRoots.number(battery.resolve("current_now"));
        Optional<Long> voltage = FileRoots.number(battery.resolve("voltage_now"));
        return current.isPresent() && voltage.isPresent()
                ? OptionalDouble.of(Math.abs(current.get()) * 1e-6 * voltage.get() * 1e-6)
                : OptionalDouble.empty();
    }

    /** Sum over the batteries that discharge; empty when none does. */
    private OptionalDouble watts() {
        double sum = 0;
        boolean any = false;
        for (Path battery : batteries) {
            if (PowerSupplies.discharging(battery)) {
                OptionalDouble watts = reading(battery);
                if (watts.isEmpty()) {
                    return OptionalDouble.empty();
                }
                sum += watts.getAsDouble();
                any = true;
            }
        }
        return any ? OptionalDouble.of(sum) : OptionalDouble.empty();
    }

    @Override
    public EnergySource source() {
        return EnergySource.BATTERY;
    }

    @Override
    public List<String> sensors() {
        return batteries.stream().map(b -> "battery:" + b.getFileName()).toList();
    }

    @Override
    public void sample() {
        power.sample();
    }

    @Override
    public OptionalDouble joules(double seconds) {
        return power.joules(seconds);
    }
}
