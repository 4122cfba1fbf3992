package dev.edgewright.agent.scenario;

import dev.edgewright.agent.fakes.Variant;
import dev.edgewright.common.id.Digest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/** Frames to be had, and how many were. */
final class Blobs {

    private final Map<Digest, List<byte[]>> frames = new ConcurrentHashMap<>();
    private final AtomicLong sent = new AtomicLong();
    private volatile UnaryOperator<byte[]> damage = UnaryOperator.identity();

    void publish(Variant variant) {
        frames.putAll(variant.blobs());
    }

    Optional<byte[]> take(Digest blob, int index) {
        List<byte[]> all = frames.getOrDefault(blob, List.of());
        if (index < 0 || index >= all.size()) {
            return Optional.empty();
        }
        byte[] frame = damage.apply(all.get(index));
        if (frame.length == 0) {
            return Optional.empty();
        }
        sent.incrementAndGet();
        return Optional.of(frame);
    }

    void damage(UnaryOperator<byte[]> change) {
        damage = change;
    }

    long sent() {
        return sent.get();
    }
}
