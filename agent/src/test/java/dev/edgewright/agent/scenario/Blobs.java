package dev.edgewright.agent.scenario;

import dev.edgewright.agent.fakes.Variant;
import dev.edgewright.common.id.Digest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** Frames to be had, and which were. */
final class Blobs {

    private final Map<Digest, List<byte[]>> frames = new ConcurrentHashMap<>();
    private final List<String> sent = new CopyOnWriteArrayList<>();
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
        sent.add(blob.hex() + "/" + index);
        return Optional.of(frame);
    }

    void damage(UnaryOperator<byte[]> change) {
        damage = change;
    }

    List<String> sent() {
        return sent;
    }
}
