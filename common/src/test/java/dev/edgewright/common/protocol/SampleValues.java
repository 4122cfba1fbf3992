package dev.edgewright.common.protocol;

import com.google.protobuf.ByteString;
import java.util.Random;

/** Values of the kinds that fields have, the same for the same seed. */
abstract class SampleValues {

    final Random random;

    SampleValues(long seed) {
        this.random = new Random(seed);
    }

    final ByteString bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    final int below(int bound) {
        return random.nextInt(bound);
    }

    /** Any 63-bit number, small ones as often as large ones. */
    final long number() {
        return random.nextLong() >>> (1 + below(63));
    }

    final double positive() {
        return Math.exp(random.nextGaussian() * 4);
    }

    /** Text with characters of one to four bytes. */
    final String text() {
        String[] letters = {"a", "Z", "0", " ", "é", "Ω", "日", "🚀"};
        StringBuilder text = new StringBuilder();
        for (int i = below(12); i > 0; i--) {
            text.append(letters[below(letters.length)]);
        }
        return text.toString();
    }
}
