package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.FleetService;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/**
 * Which desired states have to go out now: those that no broker has taken yet, and once more, 10, 20, 40 … seconds after they were made, those
 * of online devices that have not answered or are not done. A broker may lose a message though it acknowledged it, the offer as well as the report of its
 * end; without a reminder the device would wait for its next connect, and its wave for the deadline. A device that has the state already answers with
 * where it stands. Not thread-safe.
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

    /**
     * @param working of devices that are not done with what they were told
     * @param now not before that of the last call
     */
    List<DesiredRecord> due(Collection<DesiredRecord> all, Predicate<DeviceId> working, Instant now) {
        long before = looked;
        looked = now.toEpochMilli();
        return all.stream()
                .filter(record -> record.due() || reminds(record, before) && unanswered(record, working))
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

    private boolean unanswered(DesiredRecord record, Predicate<DeviceId> working) {
        return fleet.get(record.device())
                .filter(Device::online)
                .filter(device ->
                        device.reported().getDesiredSequence() < record.state().getSequence()
                                || working.test(device.id()))
                .isPresent();
    }
}
