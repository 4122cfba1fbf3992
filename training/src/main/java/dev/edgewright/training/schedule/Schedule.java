package dev.edgewright.training.schedule;

/** The learning rate at a moment of a training, as a factor of the peak rate. Pure: resuming needs only the step number. */
@FunctionalInterface
public interface Schedule {

    /**
     * @param step steps done, from 0
     * @param total steps of the whole training
     * @return factor of the peak learning rate, 0..1
     */
    double factor(long step, long total);

    static Schedule constant() {
        return (step, total) -> 1;
    }

    /** Half a cosine from 1 to 0 (Loshchilov and Hutter 2017, arXiv 1608.03983, without restarts). */
    static Schedule cosine() {
        return (step, total) -> 0.5 * (1 + Math.cos(Math.PI * step / Math.max(1, total)));
    }

    /**
     * One cycle (Smith 2018, arXiv 1803.09820): linear up from a twentieth over the first share of the training, then a cosine down
     * to nearly nothing.
     */
    static Schedule oneCycle(double riseShare) {
        return (step, total) -> {
            double rise = Math.max(1, riseShare * total);
            if (step < rise) {
                return 0.05 + 0.95 * step / rise;
            }
            double down = (step - rise) / Math.max(1, total - rise);
            return 0.001 + 0.999 * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, down)));
        };
    }

    /** Multiplied by {@code gamma} after each of these shares of the training. */
    static Schedule steps(double gamma, double... shares) {
        return (step, total) -> {
            double factor = 1;
            for (double share : shares) {
                if (step >= share * total) {
                    factor *= gamma;
                }
            }
            return factor;
        };
    }

    /** Linear from 0 over the first {@code steps} steps, then this schedule. */
    default Schedule warmUp(long steps) {
        return (step, total) -> step < steps ? (step + 1.0) / (steps + 1) * factor(step, total) : factor(step, total);
    }
}
