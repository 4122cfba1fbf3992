package dev.edgewright.common.id;

import com.google.protobuf.ByteString;
import dev.edgewright.common.error.EdgewrightException;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * One start of one agent. Sequence numbers that "grow within one boot" are compared only under the same boot id.
 *
 * @param hex 32 lower-case hex digits, 16 random bytes
 */
public record BootId(String hex) {

    /** Bytes of a boot id. */
    public static final int LENGTH = 16;

    public BootId {
        if (hex == null || !hex.matches("[0-9a-f]{32}")) {
            throw EdgewrightException.caller("BOOT_ID_INVALID", "a boot id is 32 lower-case hex digits");
        }
    }

    public static BootId random(SecureRandom random) {
        byte[] bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        return ofBytes(bytes);
    }

    /** Throws a caller error {@code BOOT_ID_INVALID} unless there are 16 bytes. */
    public static BootId ofBytes(byte[] bytes) {
        return new BootId(HexFormat.of().formatHex(bytes));
    }

    public static BootId ofBytes(ByteString bytes) {
        return ofBytes(bytes.toByteArray());
    }

    /** 16 bytes. */
    public byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    public ByteString toByteString() {
        return ByteString.copyFrom(bytes());
    }

    @Override
    public String toString() {
        return hex;
    }
}
