package dev.edgewright.agent.fakes;

import dev.edgewright.common.protocol.v1.GoldenCase;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.Manifest;
import java.util.Arrays;
import java.util.Random;

/** Variants of which nothing but the bytes matters. */
public final class Fixtures {

    private Fixtures() {}

    /** About 40 chunks of 64 KiB would be slow here: 900 kB, a dozen. */
    public static final int BYTES = 900_000;

    public static byte[] bytes(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    public static Variant variant(Catalog catalog, String name, int seed) {
        return variant(catalog, name, bytes(seed, BYTES));
    }

    public static Variant variant(Catalog catalog, String name, byte[] graph) {
        return catalog.variant(manifest("cats", name), graph, golden());
    }

    /** The same bytes but for a piece in the middle, as a fine-tuned layer would leave it. */
    public static byte[] changedInTheMiddle(byte[] bytes) {
        byte[] changed = Arrays.copyOf(bytes, bytes.length);
        System.arraycopy(bytes(99, 1000), 0, changed, bytes.length / 2, 1000);
        return changed;
    }

    public static Manifest manifest(String model, String variant) {
        return Manifest.newBuilder()
                .setModel(model)
                .setVersion("1")
                .setVariant(variant)
                .setRecipe(variant)
                .build();
    }

    public static GoldenSet golden() {
        return GoldenSet.newBuilder().addCases(GoldenCase.newBuilder()).build();
    }
}
