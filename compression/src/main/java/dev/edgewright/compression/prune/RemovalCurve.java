package dev.edgewright.compression.prune;

import java.util.Arrays;

/**
 * What it costs to keep fewer units of one group.
 *
 * @param group the group
 * @param order its units in the order in which they go
 * @param kept the numbers of units that may be kept, descending; the first is all of them
 * @param error the error at each of them, never falling
 */
record RemovalCurve(ChannelGroup group, int[] order, int[] kept, double[] error) {

    RemovalCurve {
        error = error.clone();
        for (int i = 1; i < error.length; i++) {
            error[i] = Math.max(error[i], error[i - 1]);
        }
    }

    /** The numbers that may be kept: everything, then multiples of the block down to one block. */
    static int[] levels(int units, int block) {
        int largest = (units - 1) / block * block;
        int[] levels = new int[1 + largest / block];
        levels[0] = units;
        for (int i = 1; i < levels.length; i++) {
            levels[i] = largest - (i - 1) * block;
        }
        return levels;
    }

    /** The units that stay at a level, ascending. */
    int[] keep(int level) {
        return Arrays.stream(order, group.units() - kept[level], group.units())
                .sorted()
                .toArray();
    }
}
