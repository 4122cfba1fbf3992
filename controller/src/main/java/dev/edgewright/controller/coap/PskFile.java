package dev.edgewright.controller.coap;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.SecretKey;
import org.eclipse.californium.scandium.dtls.ConnectionId;
import org.eclipse.californium.scandium.dtls.PskPublicInformation;
import org.eclipse.californium.scandium.dtls.PskSecretResult;
import org.eclipse.californium.scandium.dtls.pskstore.AdvancedMultiPskStore;
import org.eclipse.californium.scandium.util.ServerNames;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Secrets of devices from a file, read again when it changed, so that a device is added or locked out without a restart.
 * One device a line, {@code device-id: secret}; a secret that begins with {@code hex:} is bytes in hex, another is taken
 * as UTF-8. Secrets have at least 16 bytes. {@code #} begins a comment.
 */
final class PskFile extends AdvancedMultiPskStore {
    private static final Logger LOG = LoggerFactory.getLogger(PskFile.class);
    private static final int LEAST_BYTES = 16;
    private static final String HEX = "hex:";

    private final Path file;
    private Map<String, byte[]> known = Map.of();
    private FileTime readAt;

    private PskFile(Path file) {
        this.file = file;
    }

    /** @throws EdgewrightException PSK_FILE_INVALID with the line, PSK_FILE_UNREADABLE */
    static PskFile open(Path file) {
        var store = new PskFile(file);
        store.read();
        return store;
    }

    @Override
    public PskSecretResult requestPskSecretResult(
            ConnectionId connection,
            ServerNames serverName,
            PskPublicInformation identity,
            String hmacAlgorithm,
            SecretKey otherSecret,
            byte[] seed,
            boolean useExtendedMasterSecret) {
        try {
            read();
        } catch (EdgewrightException e) {
            LOG.atError().log(e.getMessage() + "; the secrets read before stay in force");
        }
        return super.requestPskSecretResult(
                connection, serverName, identity, hmacAlgorithm, otherSecret, seed, useExtendedMasterSecret);
    }

    private synchronized void read() {
        try {
            var changed = Files.getLastModifiedTime(file);
            if (changed.equals(readAt)) {
                return;
            }
            var now = parse(Files.readString(file));
            known.keySet().stream().filter(id -> !now.containsKey(id)).forEach(this::removeKey);
            now.forEach(this::setKey);
            known = now;
            readAt = changed;
            LOG.atInfo().addKeyValue("devices", now.size()).log("secrets of devices read");
        } catch (IOException e) {
            throw EdgewrightException.resource("PSK_FILE_UNREADABLE", "cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** Device ids with their secrets; messages name the line, never the secret. */
    static Map<String, byte[]> parse(String text) {
        var secrets = new LinkedHashMap<String, byte[]>();
        int number = 0;
        for (var line : text.split("\\R")) {
            number++;
            if (line.isBlank() || line.stripLeading().startsWith("#")) {
                continue;
            }
            int colon = line.indexOf(':');
            if (colon < 0) {
                throw invalid(number, "is no 'device-id: secret'");
            }
            var id = line.substring(0, colon).strip();
            if (!DeviceId.isValid(id)) {
                throw invalid(number, "begins with no valid device id");
            }
            var secret = secret(number, line.substring(colon + 1).strip());
            if (secret.length < LEAST_BYTES) {
                throw invalid(number, "has a secret shorter than " + LEAST_BYTES + " bytes");
            }
            if (secrets.put(id, secret) != null) {
                throw invalid(number, "names " + id + " a second time");
            }
        }
        return secrets;
    }

    private static byte[] secret(int number, String text) {
        if (!text.startsWith(HEX)) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        try {
            return HexFormat.of().parseHex(text.substring(HEX.length()));
        } catch (IllegalArgumentException e) {
            throw invalid(number, "has no hex digits after 'hex:'");
        }
    }

    private static EdgewrightException invalid(int number, String what) {
        return EdgewrightException.caller("PSK_FILE_INVALID", "the file of secrets: line " + number + " " + what);
    }
}
