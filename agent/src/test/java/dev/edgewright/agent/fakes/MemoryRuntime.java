package dev.edgewright.agent.fakes;

import dev.edgewright.agent.health.LiveNumbers;
import dev.edgewright.agent.slot.Slot;
import dev.edgewright.agent.update.Failure;
import dev.edgewright.agent.update.Runtime;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.Limits;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.ProbeResult;
import dev.edgewright.common.protocol.v1.Tolerance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Runs nothing, remembers what it was told to run, and finds of each variant what the test says. */
public final class MemoryRuntime implements Runtime {

    /** Variants that do not load. */
    public final Set<Digest> broken = new HashSet<>();
    /** What probing finds wrong. */
    public final Map<Digest, Failure> unhealthy = new HashMap<>();
    /** What a variant does live. */
    public final Map<Digest, LiveNumbers> live = new HashMap<>();
    /** Variants whose probing kills the process. */
    public final Set<Digest> deadly = new HashSet<>();

    public Optional<Failure> unfit = Optional.empty();
    public final List<Digest> activations = new ArrayList<>();
    private final Map<ModelName, Digest> active = new HashMap<>();

    @Override
    public Optional<Failure> unfit(Manifest manifest) {
        return unfit;
    }

    @Override
    public Prepared prepare(Slot slot, Manifest manifest) {
        if (broken.contains(slot.manifest())) {
            throw EdgewrightException.caller("MODEL_LOAD_FAILED", manifest.getVariant() + " does not load");
        }
        if (deadly.contains(slot.manifest())) {
            throw new Killed("loading " + manifest.getVariant());
        }
        return new Loaded(slot, this);
    }

    @Override
    public void activate(Prepared prepared) {
        Slot slot = ((Loaded) prepared).slot();
        active.put(slot.model(), slot.manifest());
        activations.add(slot.manifest());
    }

    @Override
    public void deactivate(ModelName model) {
        active.remove(model);
    }

    /** What runs beside, by model. */
    public final Map<ModelName, Digest> shadows = new HashMap<>();

    @Override
    public void shadow(Prepared prepared, Tolerance tolerance, double sample) {
        Slot slot = ((Loaded) prepared).slot();
        shadows.put(slot.model(), slot.manifest());
    }

    @Override
    public void endShadow(ModelName model) {
        shadows.remove(model);
    }

    @Override
    public Optional<Digest> active(ModelName model) {
        return Optional.ofNullable(active.get(model));
    }

    @Override
    public LiveNumbers live(ModelName model) {
        return active(model)
                .map(digest -> live.getOrDefault(digest, LiveNumbers.NONE))
                .orElse(LiveNumbers.NONE);
    }

    private record Loaded(Slot slot, MemoryRuntime runtime) implements Prepared {

        @Override
        public Probed probe(GoldenSet golden, Tolerance tolerance, Limits limits) {
            ProbeResult result = ProbeResult.newBuilder()
                    .setP50Ms(1)
                    .setP95Ms(2)
                    .setCosine(1)
                    .setRuns(30)
                    .build();
            return new Probed(result, Optional.ofNullable(runtime.unhealthy.get(slot.manifest())));
        }

        @Override
        public void close() {}
    }
}
