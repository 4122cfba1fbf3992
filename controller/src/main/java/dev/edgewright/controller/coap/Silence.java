package dev.edgewright.controller.coap;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.controller.fleet.FleetService;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Stands in for the last will that CoAP does not have: a device that sends nothing for a while counts as offline. */
final class Silence {
    private final FleetService fleet;
    private final Duration longest;
    private final Clock clock;
    private final Map<DeviceId, Instant> heard = new ConcurrentHashMap<>();

    Silence(FleetService fleet, Duration longest, Clock clock) {
        this.fleet = fleet;
        this.longest = longest;
        this.clock = clock;
    }

    void broken(DeviceId device) {
        heard.put(device, clock.instant());
    }

    /** Called every few seconds. */
    void sweep() {
        var limit = clock.instant().minus(longest);
        heard.forEach((device, last) -> {
            if (last.isBefore(limit) && heard.remove(device, last)) {
                fleet.get(device)
                        .filter(known -> known.online())
                        .ifPresent(known -> fleet.onPresence(
                                device,
                                Presence.newBuilder(known.presence())
                                        .setOnline(false)
                                        .setAtUnixMs(clock.millis())
                                        .build()));
            }
        });
    }
}
