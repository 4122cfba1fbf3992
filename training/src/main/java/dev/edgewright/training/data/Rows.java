package dev.edgewright.training.data;

import java.util.Arrays;

/**
 * Rows of floats in memory. While all rows together hold few distinct values, as pixels do, each is kept as a code of two bytes; the
 * first row that brings too many turns all of them into plain floats.
 */
final class Rows {

    private static final int MOST = 1 << 16;
    private static final int SLOTS = 1 << 18;

    private final Object[] rows;
    private final float[] values = new float[MOST];
    private int[] slots = new int[SLOTS]; // code + 1 by hash of the value; 0 is free
    private int distinct;
    private int count;

    Rows(int capacity) {
        rows = new Object[capacity];
    }

    void add(float[] from, int offset, int length) {
        if (slots != null) {
            char[] codes = new char[length];
            boolean coded = true;
            for (int i = 0; coded && i < length; i++) {
                int code = code(from[offset + i]);
                coded = code >= 0;
                codes[i] = (char) code;
            }
            if (coded) {
                rows[count++] = codes;
                return;
            }
            for (int row = 0; row < count; row++) {
                rows[row] = floats((char[]) rows[row]);
            }
            slots = null;
        }
        rows[count++] = Arrays.copyOfRange(from, offset, offset + length);
    }

    /** The code of a value, a new one if need be; -1 when there is none left. */
    private int code(float value) {
        int bits = Float.floatToRawIntBits(value);
        int slot = (bits * 0x9E3779B9) >>> 14;
        while (slots[slot] != 0) {
            if (Float.floatToRawIntBits(values[slots[slot] - 1]) == bits) {
                return slots[slot] - 1;
            }
            slot = (slot + 1) & (SLOTS - 1);
        }
        if (distinct == MOST) {
            return -1;
        }
        values[distinct] = value;
        slots[slot] = ++distinct;
        return distinct - 1;
    }

    private float[] floats(char[] codes) {
        float[] row = new float[codes.length];
        for (int i = 0; i < row.length; i++) {
            row[i] = values[codes[i]];
        }
        return row;
    }

    void copy(int row, float[] target, int offset) {
        if (rows[row] instanceof char[] codes) {
            for (int i = 0; i < codes.length; i++) {
                target[offset + i] = values[codes[i]];
            }
        } else {
            float[] floats = (float[]) rows[row];
            System.arraycopy(floats, 0, target, offset, floats.length);
        }
    }

    /** Whether two bytes still do for each value. */
    boolean compact() {
        return slots != null;
    }
}
