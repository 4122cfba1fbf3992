package dev.edgewright.agent.power;

import dev.edgewright.agent.device.FileRoots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Shunt monitors found by their driver's name, wherever hwmon numbered them: INA3221 (three channels, on Jetson boards) and the one-channel
 * INA219 family.
 *
 * <p>A channel's power is {@code power1_input} in microwatts, or {@code inN_input} in millivolts times {@code currN_input} in milliamperes.
 * Where a channel measures the whole board ({@code VDD_IN}, {@code POM_5V_IN}), only that one counts, for the others lie behind it; channels
 * that sum others up are left out. Source: the kernel's {@code Documentation/hwmon/ina3221.rst}, {@code sysfs-interface.rst}.
 */
final class HwmonMeter implements EnergyMeter, Sampled {
    private static final Set<String> DRIVERS =
            Set.of("ina3221", "ina219", "ina220", "ina226", "ina230", "ina231", "ina238", "ina260");
    private static final Set<String> WHOLE_BOARD = Set.of("VDD_IN", "POM_5V_IN", "VIN", "VIN_SYS_5V0");

    private final List<Channel> channels;
    private final SampledPower power = new SampledPower(this::watts);

    private record Channel(String driver, String label, Path microwatts, Path millivolts, Path milliamperes) {
        OptionalDouble watts() {
            if (microwatts != null) {
                return FileRoots.number(microwatts)
                        .map(w -> OptionalDouble.of(w * 1e-6))
                        .orElse(OptionalDouble.empty());
            }
            Optional<Long> mv = FileRoots.number(millivolts);
            Optional<Long> ma = FileRoots.number(milliamperes);
            return mv.isPresent() && ma.isPresent()
                    ? OptionalDouble.of(mv.get() * 1e-3 * ma.get() * 1e-3)
                    : OptionalDouble.empty();
        }
    }

    private HwmonMeter(List<Channel> channels) {
        this.channels = channels;
    }

    static Optional<EnergyMeter> find(FileRoots roots) {
        List<Channel> channels = new ArrayList<>();
        try (Stream<Path> chips = Files.list(roots.sys().resolve("class/hwmon"))) {
            for (Path chip : chips.sorted().toList()) {
                String driver = FileRoots.text(chip.resolve("name")).orElse("").toLowerCase(Locale.ROOT);
                if (DRIVERS.contains(driver)) {
                    channels.addAll(channels(chip, driver));
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        List<Channel> whole =
                channels.stream().filter(c -> WHOLE_BOARD.contains(c.label)).toList();
        List<Channel> counted = whole.isEmpty() ? channels : whole;
        return counted.isEmpty() ? Optional.empty() : Optional.of(new HwmonMeter(counted));
    }

    private static List<Channel> channels(Path chip, String driver) {
        Path power = chip.resolve("power1_input");
        if (Files.exists(power)) {
            String label = FileRoots.text(chip.resolve("power1_label")).orElse("");
            return List.of(new Channel(driver, label, power, null, null));
        }
        List<Channel> channels = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            Path millivolts = chip.resolve("in" + i + "_input");
            Path milliamperes = chip.resolve("curr" + i + "_input");
            String label = FileRoots.text(chip.resolve("in" + i + "_label")).orElse("");
            if (Files.exists(millivolts) && Files.exists(milliamperes) && !label.startsWith("sum of")) {
                channels.add(new Channel(driver, label, null, millivolts, milliamperes));
            }
        }
        return channels;
    }

    private OptionalDouble watts() {
        double sum = 0;
        for (Channel channel : channels) {
            OptionalDouble watts = channel.watts();
            if (watts.isEmpty()) {
                return OptionalDouble.empty();
            }
            sum += watts.getAsDouble();
        }
        return OptionalDouble.of(sum);
    }

    @Override
    public EnergySource source() {
        return EnergySource.HWMON;
    }

    @Override
    public List<String> sensors() {
        return channels.stream()
                .map(c -> "hwmon:" + c.driver + (c.label.isEmpty() ? "" : ":" + c.label))
                .toList();
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
