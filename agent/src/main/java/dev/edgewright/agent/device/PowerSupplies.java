package dev.edgewright.agent.device;

import dev.edgewright.common.protocol.v1.PowerSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Battery or mains, from {@code /sys/class/power_supply}. Batteries of a mouse or a headset ({@code scope} Device) are not the machine's.
 *
 * @param percent charge of the fullest battery; 0 without one
 */
public record PowerSupplies(PowerSource source, int percent) {

    public static PowerSupplies read(FileRoots roots) {
        List<Path> batteries = batteries(roots);
        boolean discharging = batteries.stream().anyMatch(PowerSupplies::discharging);
        int percent = batteries.stream()
                .mapToInt(
                        b -> FileRoots.number(b.resolve("capacity")).orElse(0L).intValue())
                .max()
                .orElse(0);
        return new PowerSupplies(
                discharging ? PowerSource.POWER_SOURCE_BATTERY : PowerSource.POWER_SOURCE_MAINS,
                Math.min(100, Math.max(0, percent)));
    }

    /** Folders of the machine's own batteries, by name. */
    public static List<Path> batteries(FileRoots roots) {
        try (Stream<Path> supplies = Files.list(roots.sys().resolve("class/power_supply"))) {
            return supplies.filter(s -> FileRoots.text(s.resolve("type"))
                            .filter("Battery"::equals)
                            .isPresent())
                    .filter(s -> FileRoots.text(s.resolve("scope"))
                            .filter("Device"::equals)
                            .isEmpty())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Whether the machine runs from this battery now. */
    public static boolean discharging(Path battery) {
        return FileRoots.text(battery.resolve("status"))
                .filter("Discharging"::equals)
                .isPresent();
    }
}
