package dev.edgewright.agent.update;

import dev.edgewright.agent.link.Link;
import dev.edgewright.agent.slot.SlotStore;
import dev.edgewright.common.id.DeviceId;
import java.util.random.RandomGenerator;

/** All that an update acts on and reads from. */
record Surroundings(
        DeviceId device,
        SlotStore slots,
        UpdateRecords records,
        Runtime runtime,
        Link link,
        Time time,
        RandomGenerator random,
        UpdateSettings settings) {}
