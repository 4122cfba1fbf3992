package dev.edgewright.controller.events;

import dev.edgewright.common.error.EdgewrightException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which addresses webhooks may reach, so that nobody makes the controller speak to what only the controller can reach. Link-local
 * addresses (where clouds keep their metadata), multicast and unspecified ones are never allowed.
 *
 * @param allowed beyond that
 */
public record Reach(Set<Network> allowed) {

    /** Kinds of addresses. */
    public enum Network {
        PUBLIC,
        /** RFC 1918, RFC 4193, RFC 6598, RFC 2544. */
        PRIVATE,
        LOOPBACK
    }

    /** Turns a name into addresses. */
    @FunctionalInterface
    public interface Resolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    public Reach {
        allowed = Set.copyOf(allowed);
    }

    /** @param setting such as {@code public,private} */
    public static Reach parse(String setting) {
        try {
            return new Reach(Arrays.stream(setting.split(","))
                    .map(word -> Network.valueOf(word.strip().toUpperCase(Locale.ROOT)))
                    .collect(Collectors.toCollection(() -> EnumSet.noneOf(Network.class))));
        } catch (IllegalArgumentException e) {
            throw EdgewrightException.caller(
                    "CONFIG_INVALID",
                    "webhooks.reach is a list of public, private and loopback, not '" + setting + "'");
        }
    }

    /**
     * Checks what can be said of a URL without asking anyone.
     *
     * @throws EdgewrightException WEBHOOK_URL_INVALID
     */
    public static URI checked(String text) {
        URI url;
        try {
            url = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw invalid("'" + text + "' is no URL");
        }
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw invalid("a webhook's URL begins with http:// or https://, not '" + scheme + ":'");
        }
        if (url.getHost() == null || url.getHost().isEmpty()) {
            throw invalid("'" + text + "' names no host");
        }
        if (url.getUserInfo() != null) {
            throw invalid("a webhook's URL carries no user or password; the signature says who sends");
        }
        if (url.getFragment() != null) {
            throw invalid("a webhook's URL has no #fragment");
        }
        return url;
    }

    /**
     * The address to connect to. Every address of the name has to be allowed, so that none can be slipped in among others.
     *
     * @throws EdgewrightException WEBHOOK_ADDRESS_REFUSED, WEBHOOK_HOST_UNKNOWN
     */
    public InetAddress resolve(URI url, Resolver resolver) {
        InetAddress[] addresses;
        try {
            addresses = resolver.resolve(url.getHost());
        } catch (UnknownHostException e) {
            throw EdgewrightException.caller("WEBHOOK_HOST_UNKNOWN", "nobody knows the host " + url.getHost());
        }
        for (InetAddress address : addresses) {
            if (!allows(address)) {
                throw EdgewrightException.caller(
                        "WEBHOOK_ADDRESS_REFUSED",
                        url.getHost() + " is " + address.getHostAddress()
                                + ", where webhooks may not reach; allowed are "
                                + allowed.stream()
                                        .map(n -> n.name().toLowerCase(Locale.ROOT))
                                        .sorted()
                                        .toList()
                                + " addresses (setting webhooks.reach)");
            }
        }
        return addresses[0];
    }

    boolean allows(InetAddress address) {
        if (address.isAnyLocalAddress() || address.isMulticastAddress() || address.isLinkLocalAddress()) {
            return false;
        }
        byte[] b = address.getAddress();
        if (address instanceof Inet4Address && ((b[0] & 0xff) == 0 || (b[0] & 0xff) >= 240)) {
            return false;
        }
        if (address instanceof Inet6Address && tunnels(b)) {
            return false;
        }
        if (address.isLoopbackAddress()) {
            return allowed.contains(Network.LOOPBACK);
        }
        return allowed.contains(isPrivate(address, b) ? Network.PRIVATE : Network.PUBLIC);
    }

    private static boolean isPrivate(InetAddress address, byte[] b) {
        if (address.isSiteLocalAddress()) {
            return true;
        }
        if (address instanceof Inet4Address) {
            int first = b[0] & 0xff;
            int second = b[1] & 0xff;
            return first == 100 && second >= 64 && second < 128 || first == 198 && (second == 18 || second == 19);
        }
        return (b[0] & 0xfe) == 0xfc;
    }

    /** NAT64 (RFC 6052), 6to4 (RFC 3056) and IPv4-compatible addresses: an IPv4 address in disguise. */
    private static boolean tunnels(byte[] b) {
        boolean nat64 = b[0] == 0 && (b[1] & 0xff) == 0x64 && (b[2] & 0xff) == 0xff && (b[3] & 0xff) == 0x9b;
        boolean sixToFour = (b[0] & 0xff) == 0x20 && b[1] == 0x02;
        boolean compatible = true;
        for (int i = 0; i < 12; i++) {
            compatible &= b[i] == 0;
        }
        boolean loopback = compatible && b[12] == 0 && b[13] == 0 && b[14] == 0 && b[15] == 1;
        return nat64 || sixToFour || compatible && !loopback;
    }

    private static EdgewrightException invalid(String why) {
        return EdgewrightException.caller("WEBHOOK_URL_INVALID", why);
    }
}
