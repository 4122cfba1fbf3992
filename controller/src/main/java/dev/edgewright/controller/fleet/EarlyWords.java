package dev.edgewright.controller.fleet;

import com.google.protobuf.ByteString;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.Reported;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What boots of one device said before they were introduced: a broker brings retained messages in any order. Kept until the boot's presence or
 * hello comes; of one that has none of either it is never taken. Not thread-safe.
 */
final class EarlyWords {

    private static final int BOOTS = 4;

    private final Map<ByteString, Reported> reports = new LinkedHashMap<>();
    private final Map<ByteString, Presence> goodbyes = new LinkedHashMap<>();

    void keep(Reported reported) {
        reports.merge(
                reported.getBootId(),
                reported,
                (known, other) -> other.getSequence() >= known.getSequence() ? other : known);
        bound(reports);
    }

    void keep(Presence goodbye) {
        goodbyes.put(goodbye.getBootId(), goodbye);
        bound(goodbyes);
    }

    Optional<Reported> takeReport(ByteString boot) {
        return Optional.ofNullable(reports.remove(boot));
    }

    Optional<Presence> takeGoodbye(ByteString boot) {
        return Optional.ofNullable(goodbyes.remove(boot));
    }

    boolean isEmpty() {
        return reports.isEmpty() && goodbyes.isEmpty();
    }

    private static void bound(Map<ByteString, ?> words) {
        if (words.size() > BOOTS) {
            words.remove(words.keySet().iterator().next());
        }
    }
}
