package dev.edgewright.controller.rollout;

import com.google.protobuf.ByteString;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.File;
import dev.edgewright.controller.catalog.CatalogService;
import dev.edgewright.controller.transfer.Budgets;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which blobs belong to rollouts with a budget of their own. A blob that a live rollout without one needs as well goes out as if nobody had
 * asked for less.
 */
final class RolloutBudgets implements Budgets {

    private final CatalogService catalog;
    private volatile Map<Digest, Scope> scopes = Map.of();
    private volatile Predicate<String> held = scope -> false;

    RolloutBudgets(CatalogService catalog) {
        this.catalog = catalog;
    }

    @Override
    public Optional<Scope> of(Digest blob) {
        return Optional.ofNullable(scopes.get(blob));
    }

    void heldBy(Predicate<String> transfer) {
        held = transfer;
    }

    /** True while no byte of this rollout may go out in this window: its devices are not silent, they have to wait. */
    boolean held(Rollout rollout) {
        return held.test(rollout.id().value());
    }

    /** Looks at what is live now. */
    void refresh(Collection<LiveRollout> live) {
        if (live.stream().noneMatch(r -> r.rollout().request().terms().budget().isPresent())) {
            scopes = Map.of();
            return;
        }
        var next = new HashMap<Digest, Scope>();
        var free = new HashSet<Digest>();
        for (LiveRollout rollout : live) {
            var budget = rollout.rollout().request().terms().budget();
            for (Digest blob : blobs(rollout)) {
                if (budget.isPresent()) {
                    next.putIfAbsent(blob, new Scope(rollout.rollout().id().value(), budget.get()));
                } else {
                    free.add(blob);
                }
            }
        }
        next.keySet().removeAll(free);
        scopes = Map.copyOf(next);
    }

    private Set<Digest> blobs(LiveRollout rollout) {
        var manifests = new HashSet<Digest>();
        rollout.targets().forEach(t -> t.manifest().ifPresent(manifests::add));
        var blobs = new HashSet<Digest>();
        for (Digest manifest : manifests) {
            catalog.variant(manifest).ifPresent(variant -> {
                add(blobs, variant.manifest().getGraph());
                add(blobs, variant.manifest().getGolden());
            });
        }
        return blobs;
    }

    private static void add(Set<Digest> blobs, File file) {
        for (ByteString digest : new ByteString[] {file.getDigest(), file.getIndexDigest()}) {
            if (digest.size() == 32) {
                blobs.add(Digest.ofBytes(digest));
            }
        }
    }
}
