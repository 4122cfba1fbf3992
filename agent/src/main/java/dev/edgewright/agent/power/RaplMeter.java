package dev.edgewright.agent.power;

import dev.edgewright.agent.device.FileRoots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * Sums the package domains of {@code /sys/class/powercap}. Sub-domains (cores, uncore) are part of their package; {@code psys} covers all of
 * it; {@code dram} beside a package is its own.
 *
 * <p>Counters are in microjoules and start again at zero beyond {@code max_energy_range_uj}: asked more often than they wrap (minutes), no
 * joule is lost. Source: the kernel's {@code Documentation/power/powercap/powercap.rst}.
 */
final class RaplMeter implements EnergyMeter {
    private final List<Zone> zones;

    private RaplMeter(List<Zone> zones) {
        this.zones = zones;
    }

    /** Empty without a readable package counter; since 2020 only root may read them. */
    static Optional<EnergyMeter> find(FileRoots roots) {
        List<Zone> zones = new ArrayList<>();
        try (Stream<Path> all = Files.list(roots.sys().resolve("class/powercap"))) {
            for (Path folder : all.sorted().toList()) {
                String name = FileRoots.text(folder.resolve("name")).orElse("");
                boolean counted = name.startsWith("package") || name.equals("dram");
                boolean twice = folder.getFileName().toString().startsWith("intel-rapl-mmio");
                if (counted
                        && !twice
                        && FileRoots.number(folder.resolve("energy_uj")).isPresent()) {
                    zones.add(new Zone(folder, name));
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return zones.stream().anyMatch(z -> z.name.startsWith("package"))
                ? Optional.of(new RaplMeter(zones))
                : Optional.empty();
    }

    @Override
    public EnergySource source() {
        return EnergySource.RAPL;
    }

    @Override
    public List<String> sensors() {
        return zones.stream().map(z -> "rapl:" + z.name).toList();
    }

    @Override
    public OptionalDouble joules(double seconds) {
        double sum = 0;
        boolean known = true;
        for (Zone zone : zones) {
            OptionalDouble joules = zone.advance();
            known &= joules.isPresent();
            sum += joules.orElse(0);
        }
        return known ? OptionalDouble.of(sum) : OptionalDouble.empty();
    }

    /** One counter and where it stood. */
    private static final class Zone {
        private final Path folder;
        private final String name;
        private long last = -1;

        Zone(Path folder, String name) {
            this.folder = folder;
            this.name = name;
        }

        OptionalDouble advance() {
            Optional<Long> now = FileRoots.number(folder.resolve("energy_uj"));
            if (now.isEmpty()) {
                last = -1;
                return OptionalDouble.empty();
            }
            long before = last;
            last = now.get();
            if (before < 0) {
                return OptionalDouble.empty();
            }
            if (now.get() >= before) {
                return OptionalDouble.of((now.get() - before) * 1e-6);
            }
            return FileRoots.number(folder.resolve("max_energy_range_uj"))
                    .filter(max -> max >= before)
                    .map(max -> OptionalDouble.of((max - before + now.get()) * 1e-6))
                    .orElse(OptionalDouble.empty());
        }
    }
}
