package dev.edgewright.compression.prune;

/**
 * Where the units of a group lie on one axis of one value.
 *
 * @param value an initialiser, or an activation
 * @param axis the axis, from 0
 * @param role what the axis is to the group
 * @param constant whether the value is a constant, which has to be cut
 * @param positions for each unit its positions on the axis; several where a Flatten or a depth multiplier repeats a channel
 */
public record ChannelSlice(String value, int axis, Role role, boolean constant, int[][] positions) {

    /** What an axis of a value is to a group. */
    public enum Role {
        /** The output channels of a weight. */
        PRODUCES,
        /** The input channels of a weight: the layer sums over them. */
        CONSUMES,
        /** Anything in between: biases, normalisations, activations. */
        CARRIES
    }
}
