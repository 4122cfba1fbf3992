package dev.edgewright.common.artifact;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;

/**
 * One chunk as it travels: a zstd frame (RFC 8878) of the plain bytes. Unpacking writes into a buffer of the expected length and no
 * further, so a frame that would grow without end fails at that length; and nothing is handed out before its digest is right.
 */
public final class ChunkCodec {

    private static final int LEVEL = 3;

    private ChunkCodec() {}

    /** The frame of these bytes. */
    public static byte[] compress(byte[] plain) {
        return Zstd.compress(plain, LEVEL);
    }

    /**
     * The plain bytes of a frame.
     *
     * @param expectedLength plain bytes, as the chunk index says
     * @param expected their digest, as the chunk index says
     * @throws EdgewrightException {@code CHUNK_CORRUPT} (transient: ask for it again) for anything but exactly these bytes
     */
    public static byte[] decompress(byte[] frame, int expectedLength, Digest expected) {
        byte[] plain = unpack(frame, expectedLength);
        Digest actual = Digest.of(plain);
        if (!actual.equals(expected)) {
            throw corrupt("its content has digest " + actual.shortHex() + ", " + expected.shortHex() + " was expected");
        }
        return plain;
    }

    private static byte[] unpack(byte[] frame, int expectedLength) {
        if (expectedLength < 0) {
            throw EdgewrightException.bug("CHUNK_LENGTH", "a chunk cannot have " + expectedLength + " bytes");
        }
        byte[] plain = new byte[expectedLength];
        long written;
        try {
            written = Zstd.decompressByteArray(plain, 0, expectedLength, frame, 0, frame.length);
        } catch (ZstdException e) {
            throw corrupt("zstd: " + e.getMessage());
        }
        if (written != expectedLength) {
            throw corrupt("it unpacks to " + written + " bytes, " + expectedLength + " were expected");
        }
        return plain;
    }

    private static EdgewrightException corrupt(String why) {
        return EdgewrightException.transient_("CHUNK_CORRUPT", "the chunk is not what was asked for: " + why);
    }
}
