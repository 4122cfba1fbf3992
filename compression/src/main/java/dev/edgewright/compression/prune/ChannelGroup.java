package dev.edgewright.compression.prune;

import dev.edgewright.compression.prune.ChannelSlice.Role;
import java.util.List;

/**
 * Channels that can only be removed together with the same channel elsewhere. A unit is what is removed at once: one channel in every
 * slice, or one attention head.
 *
 * @param id the label of the first layer that produces the channels; the same before and after pruning
 * @param units how many there are
 * @param slices where they lie, constants first
 */
public record ChannelGroup(String id, int units, List<ChannelSlice> slices) {

    public ChannelGroup {
        slices = List.copyOf(slices);
    }

    /** The slices of constants in this role. */
    public List<ChannelSlice> constants(Role role) {
        return slices.stream()
                .filter(slice -> slice.constant() && slice.role() == role)
                .toList();
    }

    /** All slices of constants: what has to be cut. */
    public List<ChannelSlice> constants() {
        return slices.stream().filter(ChannelSlice::constant).toList();
    }

    @Override
    public String toString() {
        return id + " x " + units;
    }
}
