package dev.edgewright.cli.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Sends a device test images at a steady pace, from the moment that it serves the model, and counts right answers. */
final class ImageDriver implements Runnable {
    private static final Duration BETWEEN = Duration.ofMillis(25);
    private static final Duration UNTIL_READY = Duration.ofMillis(200);

    private final InferenceClient client;
    private final TestImages images;
    private final BooleanSupplier goOn;
    private volatile Score score = new Score(0, 0, 0, "");

    /**
     * What the device answered so far.
     *
     * @param lastError of the last request that got no answer; empty when there was none
     */
    record Score(long answered, long right, long errors, String lastError) {
        /** Right answers among all answers; NaN before the first. */
        double accuracy() {
            return answered == 0 ? Double.NaN : (double) right / answered;
        }
    }

    ImageDriver(InferenceClient client, TestImages images, BooleanSupplier goOn) {
        this.client = client;
        this.images = images;
        this.goOn = goOn;
    }

    Score score() {
        return score;
    }

    @Override
    public void run() {
        try {
            while (goOn.getAsBoolean() && !client.ready()) {
                Thread.sleep(UNTIL_READY.toMillis());
            }
            for (int i = 0; goOn.getAsBoolean(); i = (i + 1) % images.size()) {
                one(i);
                Thread.sleep(BETWEEN.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void one(int sample) throws InterruptedException {
        Score s = score;
        try {
            boolean right = client.classOf(sample) == images.labels()[sample];
            score = new Score(s.answered() + 1, s.right() + (right ? 1 : 0), s.errors(), s.lastError());
        } catch (IOException e) {
            score = new Score(s.answered(), s.right(), s.errors() + 1, String.valueOf(e.getMessage()));
        }
    }
}
