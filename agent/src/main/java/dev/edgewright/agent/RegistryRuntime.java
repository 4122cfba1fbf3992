package dev.edgewright.agent;

import dev.edgewright.agent.health.LiveNumbers;
import dev.edgewright.agent.inference.ModelRegistry;
import dev.edgewright.agent.inference.ProbeOutcome;
import dev.edgewright.agent.inference.VariantStats;
import dev.edgewright.agent.slot.Slot;
import dev.edgewright.agent.update.Failure;
import dev.edgewright.agent.update.Runtime;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.Limits;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.Tolerance;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;

/** Lets updates act on the registry of running models. */
final class RegistryRuntime implements Runtime {

    private final ModelRegistry registry;
    private final Set<String> isa;
    private final long memoryBytes;
    private final Function<ModelName, OptionalDouble> joulesPerInference;

    /**
     * @param isa instruction sets of this device
     * @param memoryBytes that the agent may use; 0 unknown
     */
    RegistryRuntime(
            ModelRegistry registry,
            Set<String> isa,
            long memoryBytes,
            Function<ModelName, OptionalDouble> joulesPerInference) {
        this.registry = registry;
        this.isa = Set.copyOf(isa);
        this.memoryBytes = memoryBytes;
        this.joulesPerInference = joulesPerInference;
    }

    @Override
    public Optional<Failure> unfit(Manifest manifest) {
        for (String required : manifest.getRequiresIsaList()) {
            if (Arrays.stream(required.split("\\|")).noneMatch(isa::contains)) {
                return Optional.of(
                        new Failure("ISA_MISSING", "the variant needs " + required + ", this device has " + isa));
            }
        }
        if (memoryBytes > 0 && manifest.getPeakMemoryBytes() > memoryBytes) {
            return Optional.of(new Failure(
                    "MEMORY_SHORT",
                    "the variant took " + manifest.getPeakMemoryBytes()
                            + " bytes where it was made, this device may use " + memoryBytes));
        }
        return Optional.empty();
    }

    @Override
    public Prepared prepare(Slot slot, Manifest manifest) {
        return new Loaded(registry.prepare(slot.model(), slot.modelFile(), manifest, slot.manifest()));
    }

    @Override
    public void activate(Prepared prepared) {
        registry.activate(((Loaded) prepared).session());
    }

    @Override
    public void deactivate(ModelName model) {
        registry.deactivate(model);
    }

    @Override
    public void shadow(Prepared prepared, Tolerance tolerance, double sample) {
        registry.shadow(((Loaded) prepared).session(), tolerance, sample);
    }

    @Override
    public void endShadow(ModelName model) {
        registry.endShadow(model);
    }

    @Override
    public Optional<Digest> active(ModelName model) {
        return registry.metadata(model).map(served -> served.manifest());
    }

    @Override
    public LiveNumbers live(ModelName model) {
        return registry.liveStats(model)
                .map(stats -> numbers(stats.current(), joulesPerInference.apply(model)))
                .orElse(LiveNumbers.NONE);
    }

    private static LiveNumbers numbers(VariantStats stats, OptionalDouble joules) {
        double p95 = stats.latency().isEmpty() ? 0 : stats.latency().quantile(0.95);
        return new LiveNumbers(stats.requests(), stats.errors(), p95, joules);
    }

    private record Loaded(dev.edgewright.agent.inference.Prepared session) implements Prepared {

        @Override
        public Probed probe(GoldenSet golden, Tolerance tolerance, Limits limits) {
            ProbeOutcome outcome = session.probe(golden, tolerance, limits);
            return new Probed(
                    outcome.toProto(),
                    outcome.failure().map(failure -> new Failure(failure.code(), failure.message())));
        }

        @Override
        public void close() {
            session.close();
        }
    }
}
