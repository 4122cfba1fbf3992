package dev.edgewright.common.signing;

import com.google.protobuf.ByteString;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.v1.Signed;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.Set;

/**
 * An Ed25519 private key that signs manifests or desired states. Files are PEM (PKCS #8, RFC 8410), as OpenSSL reads and writes
 * them; the private one has mode 0600. The public key stands beside it, {@code catalog.pub} for {@code catalog.key}.
 */
public final class SigningKey {

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final KeyPair pair;
    private final TrustedKey publicKey;

    private SigningKey(KeyPair pair) {
        this.pair = pair;
        this.publicKey = new TrustedKey(pair.getPublic());
    }

    public static SigningKey generate() {
        return generate(new SecureRandom());
    }

    public static SigningKey generate(SecureRandom random) {
        return new SigningKey(Ed25519.generate(random));
    }

    /** The key with these 32 private bytes: test vectors, or a seed from a secret store. */
    public static SigningKey fromSeed(byte[] seed) {
        return new SigningKey(Ed25519.fromSeed(seed));
    }

    /**
     * Reads a private key; throws {@code KEY_UNREADABLE} (resource) or {@code KEY_INVALID} (caller), and {@code KEY_EXPOSED} (resource)
     * where anyone beyond owner and group can read the file.
     */
    public static SigningKey load(Path file) {
        try {
            if (isPosix(file) && Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
                throw EdgewrightException.resource(
                        "KEY_EXPOSED", "the private key " + file + " can be read by everyone; run: chmod 600 " + file);
            }
            return new SigningKey(
                    Ed25519.privateFromPem(Files.readString(file, StandardCharsets.US_ASCII), file.toString()));
        } catch (IOException e) {
            throw EdgewrightException.resource(
                    "KEY_UNREADABLE", "cannot read the private key " + file + ": " + e.getMessage(), e);
        }
    }

    /** The key in this file; made and saved first where there is none. */
    public static SigningKey loadOrCreate(Path file) {
        if (Files.exists(file)) {
            return load(file);
        }
        SigningKey key = generate();
        key.save(file);
        return key;
    }

    /** Writes the private key (mode 0600, atomically) and the public key beside it. Throws {@code KEY_UNWRITABLE} (resource). */
    public void save(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            writeOwnerOnly(file, Ed25519.toPem(pair.getPrivate()));
            publicKey.save(publicFileOf(file));
        } catch (IOException e) {
            throw EdgewrightException.resource(
                    "KEY_UNWRITABLE", "cannot write the key " + file + ": " + e.getMessage(), e);
        }
    }

    /** {@code catalog.pub} for {@code catalog.key}. */
    public static Path publicFileOf(Path privateFile) {
        String name = privateFile.getFileName().toString();
        String stem = name.endsWith(".key") ? name.substring(0, name.length() - 4) : name;
        return privateFile.resolveSibling(stem + ".pub");
    }

    /** Signs the context, a zero byte and the payload. */
    public Signed sign(String context, byte[] payload) {
        return Signed.newBuilder()
                .setPayload(ByteString.copyFrom(payload))
                .setKeyId(keyId())
                .setSignature(ByteString.copyFrom(Ed25519.sign(pair, context, payload)))
                .build();
    }

    /** 16 hex digits. */
    public String keyId() {
        return publicKey.keyId();
    }

    public TrustedKey publicKey() {
        return publicKey;
    }

    @Override
    public String toString() {
        return "SigningKey[" + keyId() + "]";
    }

    private static void writeOwnerOnly(Path file, String text) throws IOException {
        FileAttribute<?>[] mode = isPosix(file)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0];
        Path fresh = Files.createTempFile(file.toAbsolutePath().getParent(), ".key-", ".tmp", mode);
        try {
            Files.writeString(fresh, text, StandardCharsets.US_ASCII);
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static boolean isPosix(Path file) {
        return FileSystems.getDefault().equals(file.getFileSystem())
                && file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
