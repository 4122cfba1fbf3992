package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.signing.Contexts;
import dev.edgewright.common.signing.SigningKey;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands persisted desired states to the broker until each is taken. Publishing one twice does no harm: a device ignores a
 * sequence that it has.
 */
final class DesiredOutbox {

    private static final Logger LOG = LoggerFactory.getLogger(DesiredOutbox.class);

    private final DesiredPublisher publisher;
    private final SigningKey key;
    private final Map<DeviceId, Long> underway = new ConcurrentHashMap<>();
    private final Map<DeviceId, Long> confirmed = new ConcurrentHashMap<>();
    private final AtomicLong failures = new AtomicLong();

    DesiredOutbox(DesiredPublisher publisher, SigningKey key) {
        this.publisher = publisher;
        this.key = key;
    }

    /** Publishes a record unless that sequence of it is on its way. */
    void send(DesiredRecord record) {
        DeviceId device = record.device();
        long sequence = record.state().getSequence();
        Long other = underway.put(device, sequence);
        if (other != null && other == sequence) {
            return;
        }
        var signed = key.sign(Contexts.DESIRED, record.state().toByteArray());
        try {
            publisher.publish(device, signed).whenComplete((nothing, error) -> {
                underway.remove(device, sequence);
                if (error == null) {
                    confirmed.merge(device, sequence, Math::max);
                } else {
                    failed(device, error);
                }
            });
        } catch (RuntimeException e) {
            underway.remove(device, sequence);
            failed(device, e);
        }
    }

    /** Sequences that the broker took since the last call. */
    Map<DeviceId, Long> drainConfirmed() {
        var drained = new HashMap<DeviceId, Long>();
        confirmed.keySet().forEach(device -> {
            Long sequence = confirmed.remove(device);
            if (sequence != null) {
                drained.put(device, sequence);
            }
        });
        return drained;
    }

    long failures() {
        return failures.get();
    }

    private void failed(DeviceId device, Throwable error) {
        if (failures.getAndIncrement() % 100 == 0) {
            LOG.atWarn()
                    .addKeyValue("device", device)
                    .addKeyValue("error", error.toString())
                    .log("a desired state was not taken by the broker; it is sent again");
        }
    }
}
