package dev.edgewright.agent.power;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/** The rails of a Raspberry Pi 5's power management chip. What hangs on USB and the 5 V pins is not in it. */
final class PmicMeter implements EnergyMeter, Sampled {
    private final SampledPower power;

    private PmicMeter(Supplier<Optional<String>> output) {
        this.power = new SampledPower(() -> output.get().map(PmicReading::watts).orElse(OptionalDouble.empty()));
    }

    /** @param output what {@code vcgencmd pmic_read_adc} prints; empty where there is no such command */
    static Optional<EnergyMeter> find(Supplier<Optional<String>> output) {
        return output.get()
                .map(PmicReading::watts)
                .filter(OptionalDouble::isPresent)
                .map(w -> new PmicMeter(output));
    }

    @Override
    public EnergySource source() {
        return EnergySource.PMIC;
    }

    @Override
    public List<String> sensors() {
        return List.of("pmic:rails");
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
