package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.PowerSource;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.FleetService;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** Whether a device may be offered something now. One that may not is postponed: that is no failure, and has its reason in words. */
final class Readiness {

    /** First word of the reason of a device that has to be charged first. */
    static final String BATTERY = "BATTERY";

    private static final String WINDOW = "WINDOW";

    private final FleetService fleet;
    private final ToIntFunction<DeviceId> batteryPercent;

    /** @param batteryPercent as the device said last; 0 where it says none */
    Readiness(FleetService fleet, ToIntFunction<DeviceId> batteryPercent) {
        this.fleet = fleet;
        this.batteryPercent = batteryPercent;
    }

    /** Why this device has to wait, a code and words; empty when it may be offered something. */
    Optional<String> postponed(Rollout rollout, DeviceId id, Instant now) {
        var device = fleet.get(id);
        return battery(rollout, device).or(() -> window(rollout, device, now));
    }

    private Optional<String> battery(Rollout rollout, Optional<Device> device) {
        var least = rollout.request().terms().minBatteryPercent();
        if (least.isEmpty() || device.isEmpty()) {
            return Optional.empty();
        }
        var power = device.get().facts().getPower();
        int said = batteryPercent.applyAsInt(device.get().id());
        int percent = said > 0 ? said : device.get().facts().getBatteryPercent();
        boolean onBattery = power == PowerSource.POWER_SOURCE_BATTERY
                || power == PowerSource.POWER_SOURCE_UNSPECIFIED && percent > 0;
        if (!onBattery || percent >= least.getAsInt()) {
            return Optional.empty();
        }
        return Optional.of(BATTERY + ": postponed, the device is on battery "
                + (percent > 0 ? "at " + percent + " %" : "and says no level") + ", " + least.getAsInt()
                + " % or mains are needed");
    }

    private static Optional<String> window(Rollout rollout, Optional<Device> device, Instant now) {
        var window = rollout.request().pace().window();
        if (window.isEmpty()) {
            return Optional.empty();
        }
        var zone = device.map(Device::labels)
                .map(labels -> labels.get("timezone"))
                .flatMap(Readiness::zone)
                .orElse(window.get().zone());
        return window.get().open(now, zone)
                ? Optional.empty()
                : Optional.of(WINDOW + ": postponed until the maintenance window from "
                        + window.get().from() + " to " + window.get().to() + " " + zone);
    }

    private static Optional<ZoneId> zone(String name) {
        try {
            return Optional.of(ZoneId.of(name));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** True when both give the same reason, whatever the numbers in it: what is written down once is not written again. */
    static boolean sameReason(Optional<String> a, Optional<String> b) {
        return code(a).equals(code(b));
    }

    private static String code(Optional<String> words) {
        return words.map(w -> w.substring(0, Math.max(0, w.indexOf(':')))).orElse("");
    }
}
