package dev.edgewright.agent.update;

import dev.edgewright.agent.link.Link;
import dev.edgewright.agent.slot.Slot;
import dev.edgewright.agent.slot.SlotStore;
import dev.edgewright.common.id.DeviceId;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * All that an update acts on and reads from.
 *
 * @param lent slots outside of the store whose chunks may be copied
 */
record Surroundings(
        DeviceId device,
        SlotStore slots,
        UpdateRecords records,
        Runtime runtime,
        Link link,
        Time time,
        RandomGenerator random,
        UpdateSettings settings,
        Supplier<List<Slot>> lent) {}
