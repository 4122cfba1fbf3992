package dev.edgewright.agent.link.coap;

import dev.edgewright.common.artifact.ChunkBitmap;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.Want;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/**
 * The chunks to get next. Over CoAP nobody publishes: a want is a list of what this device gets itself, one by one.
 * Thread-safe.
 */
final class Pull {

    /** One chunk of one blob. */
    record Chunk(Digest blob, int index) {}

    private final Map<Digest, Queue<Integer>> waiting = new LinkedHashMap<>();

    /** Replaces what was wanted of this blob. */
    synchronized void want(Want want) {
        ChunkBitmap missing = ChunkBitmap.fromBytes(want.getMissing(), want.getChunks());
        Queue<Integer> chunks = new ArrayDeque<>();
        for (int i = missing.first(); i >= 0 && chunks.size() < want.getWindow(); i = missing.next(i + 1)) {
            chunks.add(i);
        }
        waiting.put(Digest.ofBytes(want.getDigest()), chunks);
    }

    synchronized void forget(Digest blob) {
        waiting.remove(blob);
    }

    synchronized Optional<Chunk> next() {
        for (Map.Entry<Digest, Queue<Integer>> entry : waiting.entrySet()) {
            Integer index = entry.getValue().poll();
            if (index != null) {
                return Optional.of(new Chunk(entry.getKey(), index));
            }
        }
        return Optional.empty();
    }

    synchronized boolean isEmpty() {
        return waiting.values().stream().allMatch(Queue::isEmpty);
    }
}
