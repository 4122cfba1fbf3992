package dev.edgewright.controller.trial;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.TrialReport;
import dev.edgewright.common.protocol.v1.TrialState;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps trials and what devices are to measure, over a restart. */
public interface TrialStore {

    /** Newest first. */
    List<Trial> list(int limit);

    List<Trial> live();

    Optional<Trial> find(String id);

    /** Writes trials and what devices are to measure from now on, in one transaction. */
    void save(Collection<Trial> trials, Map<DeviceId, TrialState> asked);

    /** What every device is to measure. */
    Map<DeviceId, TrialState> asked();

    /** The last report of each device. */
    Map<DeviceId, TrialReport> reports();

    void report(DeviceId device, TrialReport report);

    void forget(DeviceId device);
}
