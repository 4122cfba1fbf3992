package dev.edgewright.controller.fleet;

import com.google.protobuf.ByteString;
import dev.edgewright.common.id.DeviceId;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells two devices with one identifier from one that restarts: a boot that a newer one has replaced never speaks again, unless it is
 * another device's.
 */
final class BootTurns {

    private static final int REMEMBERED = 4;

    private final Map<DeviceId, ArrayDeque<ByteString>> boots = new ConcurrentHashMap<>();
    private final Set<DeviceId> shared = ConcurrentHashMap.newKeySet();

    /** Notes a boot; true when this shows, for the first time, that two devices share the identifier. */
    boolean seen(DeviceId device, ByteString boot) {
        var replaced = new boolean[1];
        boots.compute(device, (id, known) -> {
            var last = known == null ? new ArrayDeque<ByteString>() : known;
            if (!boot.equals(last.peekLast())) {
                replaced[0] = last.remove(boot);
                last.addLast(boot);
                if (last.size() > REMEMBERED) {
                    last.removeFirst();
                }
            }
            return last;
        });
        return replaced[0] && shared.add(device);
    }

    Set<DeviceId> shared() {
        return Set.copyOf(shared);
    }
}
