package dev.edgewright.common.protocol;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts messages taken and refused, by kind and reason. Thread-safe; an adapter shows the numbers as metrics. */
public final class ProtocolCounters {

    private final Map<MessageKind, LongAdder> accepted = new EnumMap<>(MessageKind.class);
    private final Map<MessageKind, Map<RefusalReason, LongAdder>> refused = new EnumMap<>(MessageKind.class);
    private final LongAdder unknownTopics = new LongAdder();

    public ProtocolCounters() {
        for (MessageKind kind : MessageKind.values()) {
            accepted.put(kind, new LongAdder());
            Map<RefusalReason, LongAdder> byReason = new EnumMap<>(RefusalReason.class);
            for (RefusalReason reason : RefusalReason.values()) {
                byReason.put(reason, new LongAdder());
            }
            refused.put(kind, byReason);
        }
    }

    /** Counts what became of a message, and hands it on. */
    public <M> Decoded<M> counted(MessageKind kind, Decoded<M> decoded) {
        if (decoded instanceof Decoded.Refused<M> refusal) {
            refused(kind, refusal.reason());
        } else {
            accepted.get(kind).increment();
        }
        return decoded;
    }

    public void refused(MessageKind kind, RefusalReason reason) {
        refused.get(kind).get(reason).increment();
    }

    /** A message on a topic that the protocol does not have. */
    public void unknownTopic() {
        unknownTopics.increment();
    }

    public long acceptedCount(MessageKind kind) {
        return accepted.get(kind).sum();
    }

    public long refusedCount(MessageKind kind, RefusalReason reason) {
        return refused.get(kind).get(reason).sum();
    }

    public long unknownTopicCount() {
        return unknownTopics.sum();
    }

    /** All refusals since the start, of every kind: {@code Reported.rejected}. */
    public long refusedTotal() {
        return refused.values().stream()
                .flatMap(byReason -> byReason.values().stream())
                .mapToLong(LongAdder::sum)
                .sum();
    }
}
