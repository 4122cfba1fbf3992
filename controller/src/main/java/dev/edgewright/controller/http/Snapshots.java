package dev.edgewright.controller.http;

import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.DeviceQuery;
import dev.edgewright.controller.http.view.DeviceView;
import dev.edgewright.controller.http.view.JobView;
import dev.edgewright.controller.http.view.RolloutView;
import dev.edgewright.controller.http.view.SnapshotView;
import dev.edgewright.controller.telemetry.Series;
import java.util.Objects;
import java.util.concurrent.Callable;

/** Makes the snapshot that the event stream sends. Blocks on the database. */
final class Snapshots implements Callable<byte[]> {
    private static final int DEVICES = 500;
    private static final int ROLLOUTS = 20;
    private static final int JOBS = 20;

    private final ControllerApi api;
    private final DeviceView.Reasons reasons;

    Snapshots(ControllerApi api, DeviceView.Reasons reasons) {
        this.api = api;
        this.reasons = reasons;
    }

    @Override
    public byte[] call() {
        var series = api.telemetry().series();
        var devices = api.fleet().matching(DeviceQuery.all());
        return Json.write(new SnapshotView(
                devices.stream()
                        .limit(DEVICES)
                        .map(d -> DeviceView.of(d, api.telemetry().latest(d.id()), reasons, false))
                        .toList(),
                devices.size(),
                (int) devices.stream().filter(Device::online).count(),
                series.stream().mapToLong(Series::requests).sum(),
                series.stream().mapToLong(Series::errors).sum(),
                api.rollouts().list(ROLLOUTS).stream()
                        .map(rollout -> api.rollouts().get(rollout.id()).orElse(null))
                        .filter(Objects::nonNull)
                        .map(detail -> RolloutView.of(detail, RolloutView.Depth.SNAPSHOT))
                        .toList(),
                api.jobs().list(JOBS).stream().map(JobView::of).toList()));
    }
}
