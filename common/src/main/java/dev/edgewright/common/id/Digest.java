package dev.edgewright.common.id;

import com.google.protobuf.ByteString;
import dev.edgewright.common.error.EdgewrightException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 of some content: its name in every store, topic and manifest.
 *
 * @param hex 64 lower-case hex digits
 */
public record Digest(String hex) implements Comparable<Digest> {

    /** Bytes of a SHA-256. */
    public static final int LENGTH = 32;

    private static final HexFormat HEX = HexFormat.of();

    /** Throws a caller error {@code DIGEST_INVALID} unless it is 64 lower-case hex digits. */
    public Digest {
        if (!isHex(hex)) {
            throw EdgewrightException.caller(
                    "DIGEST_INVALID",
                    "a digest is 64 lower-case hex digits, this has " + (hex == null ? 0 : hex.length())
                            + " characters");
        }
    }

    /** The digest of this content. */
    public static Digest of(byte[] content) {
        return ofBytes(sha256().digest(content));
    }

    /** The digest of this content. */
    public static Digest of(ByteString content) {
        MessageDigest sha = sha256();
        content.asReadOnlyByteBufferList().forEach(sha::update);
        return ofBytes(sha.digest());
    }

    /** The digest of a file, read in pieces. */
    public static Digest of(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return of(in);
        }
    }

    /** The digest of all that is left in a stream, read in pieces; does not close it. */
    public static Digest of(InputStream in) throws IOException {
        MessageDigest sha = sha256();
        byte[] buffer = new byte[64 * 1024];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            sha.update(buffer, 0, n);
        }
        return ofBytes(sha.digest());
    }

    public static Digest ofHex(String hex) {
        return new Digest(hex);
    }

    /** From the 32 bytes of a SHA-256 itself; throws a caller error {@code DIGEST_INVALID} for any other length. */
    public static Digest ofBytes(byte[] sha256) {
        requireLength(sha256.length);
        return new Digest(HEX.formatHex(sha256));
    }

    /** From the 32 bytes of a SHA-256 itself, as they stand in a message. */
    public static Digest ofBytes(ByteString sha256) {
        return ofBytes(sha256.toByteArray());
    }

    public static boolean isHex(String hex) {
        if (hex == null || hex.length() != 2 * LENGTH) {
            return false;
        }
        for (int i = 0; i < hex.length(); i++) {
            char c = hex.charAt(i);
            if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
                return false;
            }
        }
        return true;
    }

    /** A fresh SHA-256, for content that comes in pieces; finish with {@code ofBytes(sha.digest())}. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw EdgewrightException.bug("SHA256_MISSING", "every Java runtime has SHA-256, this one does not", e);
        }
    }

    /** 32 bytes. */
    public byte[] bytes() {
        return HEX.parseHex(hex);
    }

    public ByteString toByteString() {
        return ByteString.copyFrom(bytes());
    }

    /** The first 12 digits, for people. */
    public String shortHex() {
        return hex.substring(0, 12);
    }

    @Override
    public int compareTo(Digest other) {
        return hex.compareTo(other.hex);
    }

    @Override
    public String toString() {
        return hex;
    }

    private static void requireLength(int length) {
        if (length != LENGTH) {
            throw EdgewrightException.caller("DIGEST_INVALID", "a digest has " + LENGTH + " bytes, this has " + length);
        }
    }
}
