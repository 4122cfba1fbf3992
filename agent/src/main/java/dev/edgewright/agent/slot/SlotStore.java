package dev.edgewright.agent.slot;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All variants on this device.
 *
 * <pre>
 * DATA/slots/MODEL/active            one line: digest of the active variant's manifest
 * DATA/slots/MODEL/DIGEST/…          whole, verified variants ({@link Slot})
 * DATA/staging/MODEL/DIGEST/…        variants being fetched ({@link Staging})
 * </pre>
 *
 * A variant moves from staging to slots by one rename, so a slot is never half there. Errors are those of {@link Disk}.
 */
public final class SlotStore {

    private static final String ACTIVE = "active";

    private final Path slots;
    private final Path staging;
    private final Disk disk;

    public SlotStore(Path data, Disk disk) {
        this.slots = data.resolve("slots");
        this.staging = data.resolve("staging");
        this.disk = disk;
        disk.createDirectories(slots);
        disk.createDirectories(staging);
    }

    /** What the pointer names; empty when there is none or it is unreadable. The slot may have gone missing. */
    public Optional<Digest> active(ModelName model) {
        Path pointer = slots.resolve(model.value()).resolve(ACTIVE);
        try {
            return Optional.of(Digest.ofHex(
                    Files.readString(pointer, StandardCharsets.US_ASCII).strip()));
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** Points at a variant, or at none. Atomic and durable; nothing is written when it already points there. */
    public void point(ModelName model, Optional<Digest> target) {
        if (active(model).equals(target)) {
            return;
        }
        Path pointer = slots.resolve(model.value()).resolve(ACTIVE);
        if (target.isEmpty()) {
            disk.delete(pointer);
        } else {
            disk.createDirectories(pointer.getParent());
            disk.replace(pointer, (target.get().hex() + "\n").getBytes(StandardCharsets.US_ASCII));
        }
    }

    public Optional<Slot> slot(ModelName model, Digest manifest) {
        Path directory = slots.resolve(model.value()).resolve(manifest.hex());
        return Files.isDirectory(directory) ? Optional.of(new Slot(model, manifest, directory)) : Optional.empty();
    }

    public List<Slot> held(ModelName model) {
        return list(slots.resolve(model.value())).stream()
                .filter(Files::isDirectory)
                .map(directory ->
                        new Slot(model, Digest.ofHex(directory.getFileName().toString()), directory))
                .toList();
    }

    public List<Slot> held() {
        return models().stream().flatMap(model -> held(model).stream()).toList();
    }

    public List<ModelName> models() {
        return list(slots).stream()
                .filter(Files::isDirectory)
                .map(directory -> new ModelName(directory.getFileName().toString()))
                .toList();
    }

    /** Opens the place where a variant is put together; whatever an earlier attempt left there is kept. */
    public Staging stage(ModelName model, Digest manifest) {
        Path directory = staging.resolve(model.value()).resolve(manifest.hex());
        disk.createDirectories(directory);
        return new Staging(new Slot(model, manifest, directory), disk);
    }

    /** Makes a staged variant a slot. Call it once everything in it is verified and forced to disk. */
    public Slot admit(Staging staged) {
        staged.close();
        Slot from = staged.slot();
        Path to = slots.resolve(from.model().value()).resolve(from.manifest().hex());
        if (Files.isDirectory(to)) {
            disk.delete(from.directory());
        } else {
            disk.createDirectories(to.getParent());
            disk.rename(from.directory(), to);
        }
        return new Slot(from.model(), from.manifest(), to);
    }

    /** Deletes a slot that is no longer good. */
    public void discard(Slot slot) {
        disk.delete(slot.directory());
    }

    /** Deletes a model's slots and half-fetched variants, except those named. Never the active slot. */
    public void collect(ModelName model, Set<Digest> keepSlots, Set<Digest> keepStaged) {
        Optional<Digest> active = active(model);
        for (Slot slot : held(model)) {
            boolean isActive = active.filter(slot.manifest()::equals).isPresent();
            if (!isActive && !keepSlots.contains(slot.manifest())) {
                disk.delete(slot.directory());
            }
        }
        Path staged = staging.resolve(model.value());
        for (Path directory : list(staged)) {
            if (!keepStaged.contains(Digest.ofHex(directory.getFileName().toString()))) {
                disk.delete(directory);
            }
        }
        if (keepStaged.isEmpty()) {
            disk.delete(staged);
        }
    }

    public long usableBytes() {
        return disk.usableBytes(slots);
    }

    private static List<Path> list(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        } catch (IOException e) {
            throw EdgewrightException.resource("DISK_FAILED", "cannot list " + directory + ": " + e.getMessage());
        }
    }
}
