package dev.edgewright.compression.evaluation;

/** The share of samples whose label is among the largest scores, with Wilson's interval. */
final class Hits implements Measure {

    private final int places;
    private long hits;
    private long samples;

    Hits(int places) {
        this.places = places;
    }

    @Override
    public void add(float[] row, long label, float[] targets) {
        hits += place(row, (int) label) < places ? 1 : 0;
        samples++;
    }

    /** How many scores come before one; of equal scores the first counts as larger. */
    private static int place(float[] row, int index) {
        int before = 0;
        for (int i = 0; i < row.length; i++) {
            before += row[i] > row[index] || row[i] == row[index] && i < index ? 1 : 0;
        }
        return before;
    }

    @Override
    public Value value() {
        return new Value(samples == 0 ? 0 : (double) hits / samples, Interval.wilson(hits, samples));
    }
}
