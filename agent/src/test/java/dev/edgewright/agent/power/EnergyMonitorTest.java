package dev.edgewright.agent.power;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.edgewright.agent.device.FileRoots;
import dev.edgewright.agent.device.RecordedMachine;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnergyMonitorTest {
    private static final PowerModel MODEL = new PowerModel(2, 3);

    @TempDir
    Path root;

    private double cpuSeconds;
    private long nanos;

    @Test
    void raplPackagesAndMemoryAreSummedButNotThePartsOfAPackage() {
        rapl("intel-rapl:0", "package-0", 1_000_000);
        rapl("intel-rapl:0:0", "core", 500_000);
        rapl("intel-rapl:0:2", "dram", 200_000);
        rapl("intel-rapl:1", "package-1", 0);
        rapl("intel-rapl-mmio:0", "package-0", 1_000_000);
        rapl("intel-rapl:2", "psys", 0);
        EnergyMonitor monitor = monitor(new FileRoots(root));

        rapl("intel-rapl:0", "package-0", 11_000_000);
        rapl("intel-rapl:0:0", "core", 9_000_000);
        rapl("intel-rapl:0:2", "dram", 1_200_000);
        rapl("intel-rapl:1", "package-1", 4_000_000);
        EnergyWindow window = after(2, monitor, false);

        assertThat(monitor.sensors()).containsExactly("rapl:package-0", "rapl:dram", "rapl:package-1");
        assertThat(window.source()).isEqualTo(EnergySource.RAPL);
        assertThat(window.grossJoules()).isCloseTo(15, within(1e-9));
        assertThat(window.seconds()).isCloseTo(2, within(1e-9));
    }

    @Test
    void aRaplCounterThatWrappedGoesOnFromItsRange() {
        rapl("intel-rapl:0", "package-0", 262_143_000_000L);
        EnergyMonitor monitor = monitor(new FileRoots(root));

        rapl("intel-rapl:0", "package-0", 671_150);

        assertThat(after(1, monitor, false).grossJoules()).isCloseTo(0.32885 + 0.67115, within(1e-9));
    }

    @Test
    void aRaplCounterThatOnlyRootMayReadIsNoSensor() {
        RecordedMachine.write(root, "sys/class/powercap/intel-rapl:0/name", "package-0\n");

        assertThat(monitor(new FileRoots(root)).sensors()).containsExactly("estimated");
    }

    @Test
    void aJetsonsWholeBoardChannelCountsAloneWhateverItsHwmonNumber() {
        EnergyMonitor monitor = monitor(RecordedMachine.copied("jetson-orin", root));

        EnergyWindow window = after(10, monitor, false);

        assertThat(monitor.sensors()).containsExactly("hwmon:ina3221:VDD_IN");
        assertThat(window.source()).isEqualTo(EnergySource.HWMON);
        assertThat(window.grossJoules()).isCloseTo(5.056 * 0.928 * 10, within(1e-9));
    }

    @Test
    void withoutAWholeBoardChannelTheChannelsAreSummed() {
        RecordedMachine.copied("jetson-orin", root);
        RecordedMachine.write(root, "sys/class/hwmon/hwmon3/in1_label", "VDD_GPU\n");

        assertThat(after(1, monitor(new FileRoots(root)), false).grossJoules())
                .isCloseTo(5.056 * 0.928 + 5.064 * 0.160 + 5.048 * 0.288, within(1e-9));
    }

    @Test
    void anIna219GivesMicrowatts() {
        EnergyMonitor monitor = monitor(RecordedMachine.named("rk3588"));

        assertThat(monitor.sensors()).containsExactly("hwmon:ina219");
        assertThat(after(1, monitor, false).grossJoules()).isCloseTo(7.32, within(1e-9));
    }

    @Test
    void readingsInBetweenCount() {
        EnergyMonitor monitor = monitor(RecordedMachine.copied("rk3588", root));

        watts(16_000_000);
        monitor.sample();
        watts(10_680_000);

        assertThat(after(3, monitor, false).grossJoules()).isCloseTo((7.32 + 16 + 10.68) / 3 * 3, within(1e-9));
    }

    @Test
    void aBatteryCountsWhileItDischargesAndTheEstimateStepsInUnderItsOwnName() {
        EnergyMonitor monitor = monitor(RecordedMachine.copied("intel-alder-lake-n", root));
        assertThat(monitor.sensors()).containsExactly("battery:BAT0");

        EnergyWindow onBattery = after(10, monitor, false);
        assertThat(onBattery.source()).isEqualTo(EnergySource.BATTERY);
        assertThat(onBattery.grossJoules()).isCloseTo(0.812 * 11.46 * 10, within(1e-6));

        RecordedMachine.write(root, "sys/class/power_supply/BAT0/status", "Charging\n");
        EnergyWindow plugged = after(10, monitor, false);
        assertThat(plugged.source()).isEqualTo(EnergySource.ESTIMATED);

        RecordedMachine.write(root, "sys/class/power_supply/BAT0/status", "Discharging\n");
        assertThat(after(10, monitor, false).source())
                .as("a stretch that began on mains is not the battery's")
                .isEqualTo(EnergySource.ESTIMATED);
        assertThat(after(10, monitor, false).source()).isEqualTo(EnergySource.BATTERY);
    }

    @Test
    void aRaspberryPi5SumsItsRails() {
        EnergyMonitor monitor = monitor(RecordedMachine.named("raspberry-pi-5"));

        EnergyWindow window = after(1, monitor, false);

        assertThat(monitor.sensors()).containsExactly("pmic:rails");
        assertThat(window.source()).isEqualTo(EnergySource.PMIC);
        double rails = 0.08490132 * 3.71712600
                + 0.06150786 * 3.30981100
                + 0.16981730 * 1.80219700
                + 0.01366349 * 1.10256300
                + 0.18153500 * 1.10512800
                + 0.33622150 * 0.80219700
                + 0.85440000 * 0.72103960
                + 0.00006105 * 3.30842500
                + 0.00012210 * 3.30781400
                + 0.00366300 * 0.79780000
                + 0.01269840 * 5.14298000;
        assertThat(window.grossJoules()).isCloseTo(rails, within(1e-9));
    }

    @Test
    void withoutASensorTheEstimateSaysWhatItIs() {
        EnergyMonitor monitor = monitor(RecordedMachine.named("raspberry-pi-4"));
        cpuSeconds += 4;

        EnergyWindow window = after(10, monitor, false);

        assertThat(monitor.sensors()).containsExactly("estimated");
        assertThat(window.source()).isEqualTo(EnergySource.ESTIMATED);
        assertThat(window.source().measured()).isFalse();
        assertThat(window.grossJoules()).isCloseTo(2 * 10 + 3 * 4, within(1e-9));
        assertThat(window.netJoules()).isCloseTo(3 * 4, within(1e-9));
    }

    @Test
    void idlePowerIsLearnedFromIdleStretchesAndSubtracted() {
        EnergyMonitor monitor = monitor(RecordedMachine.copied("rk3588", root));
        watts(9_000_000);
        EnergyWindow unknown = after(1, monitor, false);
        assertThat(unknown.netJoules()).as("nothing learned yet").isEqualTo(unknown.grossJoules());

        watts(3_000_000);
        after(1, monitor, true);
        EnergyWindow idle = after(1, monitor, true);
        assertThat(idle.netJoules()).isZero();

        watts(9_000_000);
        after(1, monitor, false);
        EnergyWindow busy = after(10, monitor, false);
        assertThat(busy.grossJoules()).isCloseTo(90, within(1e-9));
        assertThat(busy.netJoules()).isCloseTo(60, within(1e-9));
    }

    private EnergyMonitor monitor(FileRoots roots) {
        return EnergyMonitor.of(roots, MODEL, () -> cpuSeconds, () -> nanos);
    }

    private EnergyWindow after(double seconds, EnergyMonitor monitor, boolean idle) {
        nanos += Math.round(seconds * 1e9);
        return monitor.window(idle);
    }

    private void watts(long microwatts) {
        RecordedMachine.write(root, "sys/class/hwmon/hwmon2/power1_input", microwatts + "\n");
    }

    private void rapl(String zone, String name, long microjoules) {
        String folder = "sys/class/powercap/" + zone + "/";
        RecordedMachine.write(root, folder + "name", name + "\n");
        RecordedMachine.write(root, folder + "energy_uj", microjoules + "\n");
        RecordedMachine.write(root, folder + "max_energy_range_uj", "262143328850\n");
    }
}
