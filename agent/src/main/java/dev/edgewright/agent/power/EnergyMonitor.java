package dev.edgewright.agent.power;

import dev.edgewright.agent.device.FileRoots;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * The machine's energy, from its best meter: counters before sampled power, anything measured before the estimate. One meter at a time
 * fills a window, and the window says which; while a battery charges, the estimate steps in under its own name.
 *
 * <p>Idle power is learned: the least mean power of any stretch in which no inference ran; of the estimate it is the model's own. Until
 * something was learned net equals gross, which is an upper bound.
 */
public final class EnergyMonitor {
    private final List<EnergyMeter> measured;
    private final EnergyMeter estimate;
    private final PowerModel model;
    private final LongSupplier nanoTime;
    private final double[] idleWatts = new double[EnergySource.values().length];
    private long last;

    EnergyMonitor(List<EnergyMeter> measured, PowerModel model, DoubleSupplier cpuSeconds, LongSupplier nanoTime) {
        this.measured = List.copyOf(measured);
        this.model = model;
        this.estimate = new EstimateMeter(model, cpuSeconds);
        this.nanoTime = nanoTime;
        this.last = nanoTime.getAsLong();
        java.util.Arrays.fill(idleWatts, Double.NaN);
        meters().forEach(m -> m.joules(0));
    }

    /**
     * Finds what this machine has and begins the first stretch.
     *
     * @param cpuSeconds that this process has used since it began
     * @param nanoTime a monotonic clock
     */
    public static EnergyMonitor of(
            FileRoots roots, PowerModel model, DoubleSupplier cpuSeconds, LongSupplier nanoTime) {
        List<EnergyMeter> found = new ArrayList<>();
        HwmonMeter.find(roots).ifPresent(found::add);
        RaplMeter.find(roots).ifPresent(found::add);
        PmicMeter.find(new VcgencmdOutput(roots)).ifPresent(found::add);
        BatteryMeter.find(roots).ifPresent(found::add);
        return new EnergyMonitor(found, model, cpuSeconds, nanoTime);
    }

    /** Names for the device's facts; {@code estimated} stands alone where nothing measures. */
    public List<String> sensors() {
        List<String> sensors =
                measured.stream().flatMap(m -> m.sensors().stream()).toList();
        return sensors.isEmpty() ? estimate.sensors() : sensors;
    }

    /** Takes a reading of those meters that know power only; call it about once a second. */
    public void sample() {
        for (EnergyMeter meter : measured) {
            if (meter instanceof Sampled sampled) {
                sampled.sample();
            }
        }
    }

    /**
     * Ends a stretch and begins the next.
     *
     * @param idle whether no inference ran in it
     */
    public synchronized EnergyWindow window(boolean idle) {
        long now = nanoTime.getAsLong();
        double seconds = (now - last) * 1e-9;
        last = now;
        Optional<EnergyWindow> best = Optional.empty();
        for (EnergyMeter meter : meters()) {
            OptionalDouble joules = meter.joules(seconds); // every meter, so that each begins its next stretch now
            if (best.isEmpty() && joules.isPresent()) {
                best = Optional.of(net(meter.source(), seconds, joules.getAsDouble(), idle));
            }
        }
        return best.orElse(new EnergyWindow(EnergySource.ESTIMATED, seconds, 0, 0));
    }

    private EnergyWindow net(EnergySource source, double seconds, double gross, boolean idle) {
        int i = source.ordinal();
        if (source == EnergySource.ESTIMATED) {
            idleWatts[i] = model.idleWatts();
        } else if (idle && seconds > 0) {
            double watts = gross / seconds;
            idleWatts[i] = Double.isNaN(idleWatts[i]) ? watts : Math.min(idleWatts[i], watts);
        }
        double floor = Double.isNaN(idleWatts[i]) ? 0 : idleWatts[i] * seconds;
        return new EnergyWindow(source, seconds, gross, Math.max(0, gross - floor));
    }

    private List<EnergyMeter> meters() {
        List<EnergyMeter> all = new ArrayList<>(measured);
        all.add(estimate);
        return all;
    }
}
