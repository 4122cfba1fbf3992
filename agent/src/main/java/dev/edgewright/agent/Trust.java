package dev.edgewright.agent;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.signing.TrustedKey;
import dev.edgewright.common.signing.TrustedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Whom this device believes. A stolen fleet key, which is online, cannot sign manifests, and a catalog key cannot assign.
 *
 * @param fleet may sign desired states
 * @param catalog may sign manifests
 */
record Trust(TrustedKeys fleet, TrustedKeys catalog) {

    /**
     * Reads a folder: {@code fleet*.pub}, {@code catalog*.pub}, and keys of any other name for both.
     *
     * @throws EdgewrightException {@code KEYS_MISSING} (caller) when either would be empty
     */
    static Trust load(Path folder) {
        List<TrustedKey> fleet = new ArrayList<>();
        List<TrustedKey> catalog = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (!name.endsWith(".pub")) {
                    continue;
                }
                TrustedKey key = TrustedKey.load(file);
                if (!name.startsWith("catalog")) {
                    fleet.add(key);
                }
                if (!name.startsWith("fleet")) {
                    catalog.add(key);
                }
            }
        } catch (IOException e) {
            throw EdgewrightException.resource(
                    "KEY_UNREADABLE", "cannot list the trusted keys in " + folder + ": " + e.getMessage(), e);
        }
        if (fleet.isEmpty() || catalog.isEmpty()) {
            throw EdgewrightException.caller(
                    "KEYS_MISSING",
                    folder + " holds no " + (fleet.isEmpty() ? "fleet" : "catalog")
                            + " key; copy the controller's keys/*.pub there");
        }
        return new Trust(TrustedKeys.of(fleet), TrustedKeys.of(catalog));
    }
}
