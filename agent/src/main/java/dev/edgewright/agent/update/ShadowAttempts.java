package dev.edgewright.agent.update;

import dev.edgewright.agent.slot.Disk;
import dev.edgewright.common.id.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** How often a variant was begun to run beside and the agent never came to its end: a file per model, so that it outlives the agent. */
final class ShadowAttempts {

    private final Path file;
    private final Disk disk;

    ShadowAttempts(Path file, Disk disk) {
        this.file = file;
        this.disk = disk;
    }

    int unfinished(Digest variant) {
        try {
            if (!Files.exists(file)) {
                return 0;
            }
            String[] words =
                    Files.readString(file, StandardCharsets.US_ASCII).strip().split(" ");
            return words.length == 2 && words[0].equals(variant.hex()) ? Integer.parseInt(words[1]) : 0;
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    void begin(Digest variant) {
        String line = variant.hex() + " " + (unfinished(variant) + 1) + "\n";
        disk.replace(file, line.getBytes(StandardCharsets.US_ASCII));
    }

    /** It ended, or the agent is about to, on purpose. */
    void end() {
        disk.delete(file);
    }
}
