package dev.edgewright.compression.calibration;

import java.util.Locale;

/** Chooses the range of an activation from its histogram: what lies outside is clipped, what lies inside is rounded more finely. */
public enum Calibrator {
    /** All values seen; no clipping. Right for outputs of ReLU in small networks, poor with outliers. */
    MIN_MAX {
        @Override
        public Range range(Histogram histogram) {
            return histogram.count() == 0 ? new Range(0, 0) : new Range(histogram.min(), histogram.max());
        }
    },
    /** Leaves out 0.005 % of the values on each side. */
    PERCENTILE {
        @Override
        public Range range(Histogram histogram) {
            if (histogram.count() == 0) {
                return new Range(0, 0);
            }
            return new Range((float) histogram.quantile(0.00005), (float) histogram.quantile(0.99995));
        }
    },
    /** Least Kullback-Leibler divergence between the values and their int8 form (Migacz, GTC 2017), with both ends free. */
    ENTROPY {
        @Override
        public Range range(Histogram histogram) {
            return RangeSearch.search(histogram, RangeSearch::divergence);
        }
    },
    /** Least mean squared error of the int8 form. */
    MSE {
        @Override
        public Range range(Histogram histogram) {
            return RangeSearch.search(histogram, RangeSearch::squaredError);
        }
    };

    /** The range for a tensor with this histogram; zero width when all values were zero. */
    public abstract Range range(Histogram histogram);

    /** The name in recipes: {@code min-max}, {@code percentile}, {@code entropy}, {@code mse}. */
    public String recipeName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
