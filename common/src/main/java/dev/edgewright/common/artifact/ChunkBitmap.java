package dev.edgewright.common.artifact;

import com.google.protobuf.ByteString;
import dev.edgewright.common.error.EdgewrightException;
import java.util.BitSet;

/** A set of chunk numbers below a fixed count, as {@code Want.missing} carries it: bit i, least significant first, is chunk i. Mutable. */
public final class ChunkBitmap {

    private final int chunks;
    private final BitSet bits;

    private ChunkBitmap(int chunks, BitSet bits) {
        this.chunks = chunks;
        this.bits = bits;
    }

    public static ChunkBitmap none(int chunks) {
        return new ChunkBitmap(chunks, new BitSet(chunks));
    }

    public static ChunkBitmap all(int chunks) {
        BitSet bits = new BitSet(chunks);
        bits.set(0, chunks);
        return new ChunkBitmap(chunks, bits);
    }

    /** Throws a caller error {@code BITMAP_INVALID} unless there are exactly the bytes that this many chunks take, and no bit beyond. */
    public static ChunkBitmap fromBytes(ByteString bytes, int chunks) {
        if (chunks < 0 || bytes.size() != (chunks + 7L) / 8) {
            throw EdgewrightException.caller(
                    "BITMAP_INVALID", bytes.size() + " bytes are no bitmap of " + chunks + " chunks");
        }
        BitSet bits = BitSet.valueOf(bytes.toByteArray());
        if (bits.length() > chunks) {
            throw EdgewrightException.caller(
                    "BITMAP_INVALID", "the bitmap names chunk " + (bits.length() - 1) + " of " + chunks);
        }
        return new ChunkBitmap(chunks, bits);
    }

    /** How many chunks there are, in the set or not. */
    public int chunks() {
        return chunks;
    }

    public void set(int chunk) {
        bits.set(checked(chunk));
    }

    public void clear(int chunk) {
        bits.clear(checked(chunk));
    }

    public boolean isSet(int chunk) {
        return bits.get(checked(chunk));
    }

    /** How many are in the set. */
    public int cardinality() {
        return bits.cardinality();
    }

    public boolean isEmpty() {
        return bits.isEmpty();
    }

    /** The lowest chunk in the set; -1 where there is none. */
    public int first() {
        return bits.nextSetBit(0);
    }

    /** The lowest chunk in the set that is not below {@code from}; -1 where there is none. */
    public int next(int from) {
        return bits.nextSetBit(from);
    }

    /** A new set of what is in either. */
    public ChunkBitmap union(ChunkBitmap other) {
        if (other.chunks != chunks) {
            throw EdgewrightException.bug(
                    "BITMAP_MISMATCH", "no union of " + chunks + " and " + other.chunks + " chunks");
        }
        BitSet both = (BitSet) bits.clone();
        both.or(other.bits);
        return new ChunkBitmap(chunks, both);
    }

    public ChunkBitmap copy() {
        return new ChunkBitmap(chunks, (BitSet) bits.clone());
    }

    /** ⌈chunks / 8⌉ bytes. */
    public ByteString toByteString() {
        byte[] padded = new byte[(chunks + 7) / 8];
        byte[] significant = bits.toByteArray();
        System.arraycopy(significant, 0, padded, 0, significant.length);
        return ByteString.copyFrom(padded);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ChunkBitmap that && chunks == that.chunks && bits.equals(that.bits);
    }

    @Override
    public int hashCode() {
        return 31 * chunks + bits.hashCode();
    }

    @Override
    public String toString() {
        return cardinality() + " of " + chunks + " chunks";
    }

    private int checked(int chunk) {
        if (chunk < 0 || chunk >= chunks) {
            throw new IndexOutOfBoundsException("chunk " + chunk + " of " + chunks);
        }
        return chunk;
    }
}
