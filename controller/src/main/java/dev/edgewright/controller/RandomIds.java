package dev.edgewright.controller;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.function.Supplier;

/** Identifiers that nobody can guess: a prefix that tells the kind, and twelve hexadecimal digits. */
final class RandomIds {

    private static final int BYTES = 6;

    private RandomIds() {}

    static Supplier<String> of(String prefix) {
        var random = new SecureRandom();
        return () -> {
            byte[] bytes = new byte[BYTES];
            random.nextBytes(bytes);
            return prefix + HexFormat.of().formatHex(bytes);
        };
    }
}
