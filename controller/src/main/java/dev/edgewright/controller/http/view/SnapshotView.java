package dev.edgewright.controller.http.view;

import java.util.List;

/** Schema {@code Snapshot}, without its time: two snapshots of the same state are the same bytes. */
public record SnapshotView(
        List<DeviceView> devices,
        int devicesTotal,
        int devicesOnline,
        long requestsTotal,
        long errorsTotal,
        List<RolloutView> rollouts,
        List<JobView> jobs) {}
