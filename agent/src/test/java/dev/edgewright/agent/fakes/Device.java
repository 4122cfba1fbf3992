package dev.edgewright.agent.fakes;

import dev.edgewright.agent.slot.Slot;
import dev.edgewright.agent.slot.SlotStore;
import dev.edgewright.agent.update.UpdateEngine;
import dev.edgewright.agent.update.UpdateRecord;
import dev.edgewright.agent.update.UpdateSettings;
import dev.edgewright.common.artifact.ChunkBitmap;
import dev.edgewright.common.id.BootId;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.Reported;
import dev.edgewright.common.protocol.v1.Want;
import dev.edgewright.common.signing.TrustedKeys;
import dev.edgewright.common.update.UpdateState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * One device and the control plane beside it, all in one thread: {@code device.isOffered(v2).settles(COMMITTED)}.
 */
public final class Device {

    public static final String ID = "cam-1";

    public final Catalog catalog;
    public final MemoryLink link = new MemoryLink();
    public final ManualTime time = new ManualTime();
    public final FaultyDisk disk = new FaultyDisk();
    public MemoryRuntime runtime = new MemoryRuntime();
    public UpdateEngine engine;

    /** Changes a chunk on its way. */
    public UnaryOperator<byte[]> damage = UnaryOperator.identity();

    private final Path data;
    private final Map<Digest, List<byte[]>> published = new HashMap<>();
    private byte[] retained;
    private long sequence;

    public Device(Path data, Catalog catalog) {
        this.data = data;
        this.catalog = catalog;
    }

    /** Another device in the very same state, disk and control plane, not yet started. */
    public Device copyTo(Path folder) {
        Device copy = new Device(folder, catalog);
        copy.published.putAll(published);
        copy.retained = retained;
        copy.sequence = sequence;
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(data.relativize(file)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return copy;
    }

    /** Starts the agent, with an empty runtime, on whatever is on the disk. */
    public Device boots() {
        MemoryRuntime fresh = new MemoryRuntime();
        fresh.broken.addAll(runtime.broken);
        fresh.unhealthy.putAll(runtime.unhealthy);
        fresh.live.putAll(runtime.live);
        fresh.deadly.addAll(runtime.deadly);
        fresh.unfit = runtime.unfit;
        runtime = fresh;
        link.wants.clear();
        engine = new UpdateEngine(
                new UpdateEngine.Identity(
                        DeviceId.of(ID),
                        BootId.random(new SecureRandom()),
                        TrustedKeys.of(catalog.fleetKey.publicKey()),
                        TrustedKeys.of(catalog.catalogKey.publicKey())),
                data,
                disk,
                runtime,
                link,
                time,
                new Random(1),
                UpdateSettings.DEFAULT.withWindow(4));
        engine.start();
        if (link.up) {
            engine.connected();
            if (retained != null) {
                engine.desired(retained);
            }
        }
        return this;
    }

    public Device stops() {
        engine.stop();
        return this;
    }

    public Device isOffered(Variant variant) {
        return isOffered(variant, assignment -> assignment);
    }

    public Device isOffered(Variant variant, UnaryOperator<Assignment.Builder> terms) {
        publish(variant);
        sequence++;
        return receives(catalog.desired(
                ID,
                sequence,
                terms.apply(catalog.assign(variant, sequence).toBuilder()).build()));
    }

    /** What the broker retains for this device from now on, and brings at once. */
    public Device receives(byte[] desired) {
        retained = desired;
        engine.desired(desired);
        return this;
    }

    public Device publish(Variant variant) {
        published.putAll(variant.blobs());
        return this;
    }

    public long nextSequence() {
        return ++sequence;
    }

    /** Answers every want until the agent asks for nothing more or its update is settled; time passes in between. */
    public Device works() {
        for (int i = 0; i < 500 && !settled(); i++) {
            worksOnce();
        }
        return this;
    }

    /** Answers what is wanted now. */
    public Device worksOnce() {
        List<Want> wants = new ArrayList<>(link.wants);
        link.wants.clear();
        wants.forEach(this::answer);
        time.pass(Duration.ofMillis(500));
        engine.tick();
        return this;
    }

    /** Lets the agent alone for that long. */
    public Device waits(Duration length) {
        for (long ms = 0; ms < length.toMillis(); ms += 500) {
            time.pass(Duration.ofMillis(500));
            engine.tick();
        }
        return this;
    }

    public UpdateRecord record() {
        return engine.records().get(0);
    }

    public UpdateState state() {
        return engine.records().isEmpty() ? UpdateState.IDLE : record().state();
    }

    public String failure() {
        return record().failure().map(f -> f.code()).orElse("");
    }

    public Reported lastReport() {
        return link.reports.get(link.reports.size() - 1);
    }

    /** What the pointer names, when it is a whole slot with the right bytes. */
    public Optional<Digest> validActive(String model) {
        SlotStore slots = new SlotStore(data, new dev.edgewright.agent.slot.LocalDisk());
        Optional<Slot> slot = slots.active(new ModelName(model)).flatMap(d -> slots.slot(new ModelName(model), d));
        slot.ifPresent(Slot::verify);
        return slot.map(Slot::manifest);
    }

    /** What answers requests now. */
    public Optional<Digest> serving(String model) {
        return runtime.active(new ModelName(model));
    }

    private boolean settled() {
        return !engine.records().isEmpty()
                && engine.records().stream().noneMatch(r -> r.state().inMotion());
    }

    private void answer(Want want) {
        Digest blob = Digest.ofBytes(want.getDigest());
        ChunkBitmap missing = ChunkBitmap.fromBytes(want.getMissing(), want.getChunks());
        List<byte[]> frames = published.getOrDefault(blob, List.of());
        int sent = 0;
        for (int i = missing.first(); i >= 0 && sent < want.getWindow(); i = missing.next(i + 1)) {
            if (i < frames.size()) {
                engine.chunk(blob, i, damage.apply(frames.get(i)));
                sent++;
            }
        }
    }
}
