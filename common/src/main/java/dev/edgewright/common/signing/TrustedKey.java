package dev.edgewright.common.signing;

import dev.edgewright.common.error.EdgewrightException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;

/** An Ed25519 public key and its id. */
public final class TrustedKey {

    private final PublicKey key;
    private final String keyId;

    TrustedKey(PublicKey key) {
        this.key = key;
        this.keyId = Ed25519.keyId(key);
    }

    /** From the 32 bytes of RFC 8032. */
    public static TrustedKey ofRaw(byte[] raw) {
        if (raw.length != Ed25519.KEY_LENGTH) {
            throw EdgewrightException.caller(
                    "KEY_INVALID", "an Ed25519 public key has 32 bytes, this has " + raw.length);
        }
        return new TrustedKey(Ed25519.publicKey(raw));
    }

    /** From a PEM block {@code PUBLIC KEY}; {@code where} names its origin in messages. */
    public static TrustedKey ofPem(String pem, String where) {
        return new TrustedKey(Ed25519.publicFromPem(pem, where));
    }

    /** Throws {@code KEY_UNREADABLE} (resource) or {@code KEY_INVALID} (caller). */
    public static TrustedKey load(Path file) {
        try {
            return ofPem(Files.readString(file, StandardCharsets.US_ASCII), file.toString());
        } catch (IOException e) {
            throw EdgewrightException.resource(
                    "KEY_UNREADABLE", "cannot read the public key " + file + ": " + e.getMessage(), e);
        }
    }

    /** Writes the key as PEM. */
    public void save(Path file) {
        try {
            Files.writeString(file, toPem(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw EdgewrightException.resource(
                    "KEY_UNWRITABLE", "cannot write the public key " + file + ": " + e.getMessage(), e);
        }
    }

    public String toPem() {
        return Ed25519.toPem(key);
    }

    /** The 32 bytes of RFC 8032. */
    public byte[] raw() {
        return Ed25519.rawPublic(key);
    }

    /** First 16 hex digits of the SHA-256 of {@link #raw}. */
    public String keyId() {
        return keyId;
    }

    boolean verifies(String context, byte[] payload, byte[] signature) {
        return Ed25519.verifies(key, context, payload, signature);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TrustedKey that && key.equals(that.key);
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }

    @Override
    public String toString() {
        return "TrustedKey[" + keyId + "]";
    }
}
