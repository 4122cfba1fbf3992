package dev.edgewright.common.signing;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.v1.Signed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The public keys that this side trusts, by id. The broker in between is not trusted with anything. Immutable. */
public final class TrustedKeys {

    private final Map<String, TrustedKey> byId;

    private TrustedKeys(Map<String, TrustedKey> byId) {
        this.byId = byId;
    }

    public static TrustedKeys of(TrustedKey... keys) {
        return of(List.of(keys));
    }

    public static TrustedKeys of(Collection<TrustedKey> keys) {
        Map<String, TrustedKey> byId = new TreeMap<>();
        keys.forEach(key -> byId.put(key.keyId(), key));
        return new TrustedKeys(Map.copyOf(byId));
    }

    /**
     * Every {@code *.pub} of a folder, or one file. Throws {@code KEY_UNREADABLE} (resource), {@code KEY_INVALID} (caller), and
     * {@code KEYS_MISSING} (caller) for a folder without any: a device that trusts nobody would refuse everything, silently.
     */
    public static TrustedKeys load(Path folderOrFile) {
        if (Files.isRegularFile(folderOrFile)) {
            return of(TrustedKey.load(folderOrFile));
        }
        try (Stream<Path> files = Files.list(folderOrFile)) {
            List<TrustedKey> keys = files.filter(
                            file -> file.getFileName().toString().endsWith(".pub"))
                    .sorted()
                    .map(TrustedKey::load)
                    .toList();
            if (keys.isEmpty()) {
                throw EdgewrightException.caller(
                        "KEYS_MISSING", folderOrFile + " holds no *.pub file; copy the controller's keys/*.pub there");
            }
            return of(keys);
        } catch (IOException e) {
            throw EdgewrightException.resource(
                    "KEY_UNREADABLE", "cannot list the trusted keys in " + folderOrFile + ": " + e.getMessage(), e);
        }
    }

    /**
     * The payload, if one of these keys signed it for this context.
     *
     * @throws EdgewrightException {@code SIGNATURE_UNKNOWN_KEY} or {@code SIGNATURE_INVALID}, both caller
     */
    public byte[] verify(String context, Signed signed) {
        TrustedKey key = byId.get(signed.getKeyId());
        if (key == null) {
            throw EdgewrightException.caller(
                    "SIGNATURE_UNKNOWN_KEY",
                    "signed by a key that is not trusted here (" + shown(signed.getKeyId()) + "); trusted: "
                            + byId.keySet());
        }
        byte[] payload = signed.getPayload().toByteArray();
        if (!key.verifies(context, payload, signed.getSignature().toByteArray())) {
            throw EdgewrightException.caller(
                    "SIGNATURE_INVALID",
                    "the signature does not fit the payload for " + context + " under key " + key.keyId()
                            + ": altered on the way, or made for something else");
        }
        return payload;
    }

    public Set<String> keyIds() {
        return byId.keySet();
    }

    private static String shown(String keyId) {
        return keyId.matches("[0-9a-f]{1,16}") ? keyId : "malformed key id";
    }
}
