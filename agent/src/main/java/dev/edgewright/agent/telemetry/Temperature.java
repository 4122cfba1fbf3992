package dev.edgewright.agent.telemetry;

import dev.edgewright.agent.device.FileRoots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** The processor's temperature: the hottest thermal zone that is named for it, else the hottest zone of all. */
final class Temperature {
    private Temperature() {}

    /** Degrees Celsius; 0 where no zone tells. */
    static double read(FileRoots roots) {
        OptionalDouble processor = hottest(roots, true);
        return processor.isPresent()
                ? processor.getAsDouble()
                : hottest(roots, false).orElse(0);
    }

    private static OptionalDouble hottest(FileRoots roots, boolean processorOnly) {
        try (Stream<Path> zones = Files.list(roots.sys().resolve("class/thermal"))) {
            return zones.filter(z -> z.getFileName().toString().startsWith("thermal_zone"))
                    .filter(z -> !processorOnly || ofProcessor(z))
                    .flatMap(z -> FileRoots.number(z.resolve("temp")).stream())
                    .mapToDouble(milli -> milli / 1e3)
                    .filter(celsius -> celsius > -50 && celsius < 200)
                    .max();
        } catch (IOException e) {
            return OptionalDouble.empty();
        }
    }

    private static boolean ofProcessor(Path zone) {
        String type = FileRoots.text(zone.resolve("type")).orElse("").toLowerCase(Locale.ROOT);
        return type.contains("cpu") || type.contains("pkg") || type.contains("soc");
    }
}
