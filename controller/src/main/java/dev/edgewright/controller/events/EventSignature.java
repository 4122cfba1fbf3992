package dev.edgewright.controller.events;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The header by which a receiver knows who sent an event, and when: {@code t=UNIX_SECONDS,v1=HEX}, where HEX is HMAC-SHA256 (RFC 2104) with
 * the webhook's secret over {@code UNIX_SECONDS}, a full stop, and the body. A receiver refuses a time that is minutes off, so that
 * nothing can be sent again later by somebody who listened.
 */
public final class EventSignature {

    public static final String HEADER = "edgewright-signature";

    private EventSignature() {}

    public static String of(String secret, long unixSeconds, byte[] body) {
        return "t=" + unixSeconds + ",v1=" + HexFormat.of().formatHex(mac(secret, unixSeconds, body));
    }

    /** What a receiver does. */
    public static boolean good(String header, String secret, byte[] body, long nowUnixSeconds, long toleranceSeconds) {
        var parts = header.split(",");
        if (parts.length != 2 || !parts[0].matches("t=\\d{1,15}") || !parts[1].matches("v1=[0-9a-f]{64}")) {
            return false;
        }
        long at = Long.parseLong(parts[0].substring(2));
        byte[] said = HexFormat.of().parseHex(parts[1].substring(3));
        return Math.abs(nowUnixSeconds - at) <= toleranceSeconds && MessageDigest.isEqual(said, mac(secret, at, body));
    }

    private static byte[] mac(String secret, long unixSeconds, byte[] body) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update((unixSeconds + ".").getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
