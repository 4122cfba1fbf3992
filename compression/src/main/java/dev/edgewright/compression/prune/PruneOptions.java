package dev.edgewright.compression.prune;

/**
 * What structured pruning aims at.
 *
 * @param budget what is counted
 * @param ratio the share of it that may stay, above 0 and at most 1
 * @param block channel counts become multiples of this, as the kernels like them: 8 for int8 and for fp32 with AVX2, 16 for fp32 with AVX-512
 * @param importance how channels are ranked
 * @param repair whether the layers behind are solved anew on calibration data
 * @param throughLayerNorm whether normalised axes may shrink, which needs fine-tuning
 */
public record PruneOptions(
        Budget budget, double ratio, int block, Importance importance, boolean repair, boolean throughLayerNorm) {

    /** What a budget counts. */
    public enum Budget {
        MACS("macs"),
        SIZE("parameters"),
        /** Predicted from layers that are measured on this machine: what comes out then depends on it. */
        TIME("predicted time");

        private final String unit;

        Budget(String unit) {
            this.unit = unit;
        }

        public String unit() {
            return unit;
        }
    }

    /** How channels are ranked. */
    public enum Importance {
        /** By activation where there is data, else by magnitude. */
        AUTO,
        /** By what is lost of the next layers' outputs on the data, after they made up for it. */
        ACTIVATION,
        /** By the squares of the weights that make and read them. */
        MAGNITUDE
    }

    public PruneOptions {
        if (!(ratio > 0 && ratio <= 1)) {
            throw new IllegalArgumentException("the share that stays must be above 0 and at most 1, not " + ratio);
        }
        if (block < 1) {
            throw new IllegalArgumentException("a block holds at least one channel, not " + block);
        }
    }

    /** This share of the multiply-adds, blocks of 8, repaired where there is data. */
    public static PruneOptions macs(double ratio) {
        return new PruneOptions(Budget.MACS, ratio, 8, Importance.AUTO, true, false);
    }

    /** This share of the parameters. */
    public static PruneOptions size(double ratio) {
        return new PruneOptions(Budget.SIZE, ratio, 8, Importance.AUTO, true, false);
    }

    /** This share of the predicted time. */
    public static PruneOptions time(double ratio) {
        return new PruneOptions(Budget.TIME, ratio, 8, Importance.AUTO, true, false);
    }

    public PruneOptions withBlock(int other) {
        return new PruneOptions(budget, ratio, other, importance, repair, throughLayerNorm);
    }

    public PruneOptions withImportance(Importance other) {
        return new PruneOptions(budget, ratio, block, other, repair, throughLayerNorm);
    }

    public PruneOptions withRepair(boolean other) {
        return new PruneOptions(budget, ratio, block, importance, other, throughLayerNorm);
    }

    public PruneOptions withThroughLayerNorm(boolean other) {
        return new PruneOptions(budget, ratio, block, importance, repair, other);
    }
}
