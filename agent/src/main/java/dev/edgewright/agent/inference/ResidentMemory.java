package dev.edgewright.agent.inference;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/** Resident bytes of this process, from {@code VmRSS} of {@code /proc/self/status}, which is right for every page size. */
public final class ResidentMemory implements LongSupplier {
    private final Path status;

    /** @param proc where procfs is mounted, {@code /proc} */
    public ResidentMemory(Path proc) {
        this.status = proc.resolve("self/status");
    }

    /** Bytes; 0 where the kernel does not say. */
    @Override
    public long getAsLong() {
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
        return 0;
    }
}
