package dev.edgewright.controller.trial;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.TrialReport;

/** Takes what devices report of trials. Never blocks. */
@FunctionalInterface
public interface TrialReports {
    void onTrialed(DeviceId device, TrialReport report);
}
