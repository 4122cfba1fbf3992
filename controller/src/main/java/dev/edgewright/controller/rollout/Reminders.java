package dev.edgewright.controller.rollout;

import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.FleetService;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/**
 * Which desired states have to go out now: those that no broker has taken yet, and once more those that an online device has not answered, 10, 20, 40 …
 * seconds after they were made. A broker may lose a message though it acknowledged it; without a reminder the device would wait for its next
 * connect and its wave for the deadline. The same state again is no news to a device that has it. Not thread-safe.
 */
final class Reminders {

    private static final long FIRST_MS = 10_000;
    private static final int DOUBLINGS =
            14; // the last after almost two days; by then it connected again or is out of reach

    private final FleetService fleet;
    private long looked = Long.MAX_VALUE;

    Reminders(FleetService fleet) {
        this.fleet = fleet;
    }

    /** @param now not before that of the last call */
    List<DesiredRecord> due(Collection<DesiredRecord> all, Instant now) {
        long before = looked;
        looked = now.toEpochMilli();
        return all.stream()
                .filter(record -> record.due() || reminds(record, before) && unanswered(record))
                .toList();
    }

    private boolean reminds(DesiredRecord record, long before) {
        long age = looked - record.state().getIssuedUnixMs();
        long earlier = before - record.state().getIssuedUnixMs();
        long step = FIRST_MS;
        for (int i = 0; i < DOUBLINGS && step <= age; i++, step *= 2) {
            if (step > earlier) {
                return true;
            }
        }
        return false;
    }

    private boolean unanswered(DesiredRecord record) {
        return fleet.get(record.device())
                .filter(Device::online)
                .filter(device ->
                        device.reported().getDesiredSequence() < record.state().getSequence())
                .isPresent();
    }
}
