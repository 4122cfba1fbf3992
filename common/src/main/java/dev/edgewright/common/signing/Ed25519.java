package dev.edgewright.common.signing;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** Ed25519 (RFC 8032) with the encodings of RFC 8410, from the JDK's own provider; signing and verifying from a faster one where there is. */
final class Ed25519 {

    static final String ALGORITHM = "Ed25519";
    static final int SIGNATURE_LENGTH = 64;
    static final int KEY_LENGTH = 32;

    /** RFC 8410: what stands before the 32 bytes of the key in a SubjectPublicKeyInfo and in a PKCS #8 key without attributes. */
    private static final byte[] PUBLIC_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private static final byte[] PRIVATE_PREFIX = HexFormat.of().parseHex("302e020100300506032b657004220420");

    private static final boolean FAST = BouncyEd25519.present();

    private Ed25519() {}

    static KeyPair generate(SecureRandom random) {
        byte[] seed = new byte[KEY_LENGTH];
        random.nextBytes(seed);
        return fromSeed(seed);
    }

    /** The key pair of a 32-byte private key. */
    static KeyPair fromSeed(byte[] seed) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
            generator.initialize(255, new SeedAsRandom(seed));
            KeyPair pair = generator.generateKeyPair();
            if (!Arrays.equals(seed, rawPrivate(pair.getPrivate()))) {
                throw EdgewrightException.bug(
                        "ED25519_SEED", "this Java runtime makes another key from the seed than the seed");
            }
            return pair;
        } catch (GeneralSecurityException e) {
            throw EdgewrightException.bug(
                    "ED25519_MISSING", "this Java runtime has no Ed25519, version 15 or later has", e);
        }
    }

    static PublicKey publicKey(byte[] raw) {
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(join(PUBLIC_PREFIX, raw)));
        } catch (GeneralSecurityException e) {
            throw EdgewrightException.caller("KEY_INVALID", "these 32 bytes are no Ed25519 public key", e);
        }
    }

    static byte[] rawPublic(PublicKey key) {
        byte[] encoded = key.getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - KEY_LENGTH, encoded.length);
    }

    static byte[] rawPrivate(PrivateKey key) {
        return afterPrefix(key.getEncoded(), PRIVATE_PREFIX, "private key");
    }

    /** First 16 hex digits of the SHA-256 of the 32 public bytes. */
    static String keyId(PublicKey key) {
        return Digest.of(rawPublic(key)).hex().substring(0, 16);
    }

    static byte[] sign(KeyPair pair, String context, byte[] payload) {
        byte[] message = message(context, payload);
        return FAST
                ? BouncyEd25519.sign(rawPrivate(pair.getPrivate()), rawPublic(pair.getPublic()), message)
                : jdkSign(pair.getPrivate(), message);
    }

    static byte[] jdkSign(PrivateKey key, byte[] message) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw EdgewrightException.bug("SIGN_FAILED", "signing with a key of our own failed", e);
        }
    }

    static boolean verifies(PublicKey key, String context, byte[] payload, byte[] signed) {
        if (signed.length != SIGNATURE_LENGTH) {
            return false;
        }
        byte[] message = message(context, payload);
        return FAST ? BouncyEd25519.verifies(rawPublic(key), message, signed) : jdkVerifies(key, message, signed);
    }

    static boolean jdkVerifies(PublicKey key, byte[] message, byte[] signed) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key);
            signature.update(message);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    static String toPem(PublicKey key) {
        return pem("PUBLIC KEY", join(PUBLIC_PREFIX, rawPublic(key)));
    }

    static String toPem(PrivateKey key) {
        return pem("PRIVATE KEY", join(PRIVATE_PREFIX, rawPrivate(key)));
    }

    static PublicKey publicFromPem(String pem, String where) {
        return publicKey(afterPrefix(unpem("PUBLIC KEY", pem, where), PUBLIC_PREFIX, "public key in " + where));
    }

    static KeyPair privateFromPem(String pem, String where) {
        return fromSeed(afterPrefix(unpem("PRIVATE KEY", pem, where), PRIVATE_PREFIX, "private key in " + where));
    }

    private static byte[] message(String context, byte[] payload) {
        ByteArrayOutputStream message = new ByteArrayOutputStream(context.length() + 1 + payload.length);
        message.writeBytes(context.getBytes(StandardCharsets.US_ASCII));
        message.write(0);
        message.writeBytes(payload);
        return message.toByteArray();
    }

    private static byte[] afterPrefix(byte[] encoded, byte[] prefix, String what) {
        if (encoded.length != prefix.length + KEY_LENGTH
                || !Arrays.equals(encoded, 0, prefix.length, prefix, 0, prefix.length)) {
            throw EdgewrightException.caller(
                    "KEY_INVALID",
                    "the " + what + " is no plain Ed25519 key; make one with: openssl genpkey -algorithm ed25519");
        }
        return Arrays.copyOfRange(encoded, prefix.length, encoded.length);
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + Base64.getEncoder().encodeToString(der) + "\n-----END " + label
                + "-----\n";
    }

    private static byte[] unpem(String label, String pem, String where) {
        String begin = "-----BEGIN " + label + "-----";
        int from = pem.indexOf(begin);
        int to = pem.indexOf("-----END " + label + "-----");
        if (from < 0 || to < from) {
            throw EdgewrightException.caller("KEY_INVALID", where + " holds no PEM block '" + label + "'");
        }
        try {
            return Base64.getMimeDecoder().decode(pem.substring(from + begin.length(), to));
        } catch (IllegalArgumentException e) {
            throw EdgewrightException.caller("KEY_INVALID", where + " holds a PEM block that is not base64", e);
        }
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] joined = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, joined, a.length, b.length);
        return joined;
    }

    /**
     * Gives out the seed once. The JDK offers no way from a private Ed25519 key to its public key but this one: its key pair generator
     * takes 32 random bytes as the private key.
     */
    private static final class SeedAsRandom extends SecureRandom {
        private static final long serialVersionUID = 1L;
        private final byte[] seed;

        SeedAsRandom(byte[] seed) {
            if (seed.length != KEY_LENGTH) {
                throw EdgewrightException.caller(
                        "KEY_INVALID", "an Ed25519 private key has 32 bytes, this has " + seed.length);
            }
            this.seed = seed.clone();
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
        }
    }
}
