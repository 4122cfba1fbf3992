package dev.edgewright.common.protocol;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;

/** The MQTT topics of version 1, written and read. */
public final class Topics {

    public static final String ROOT = "edgewright/v1/";

    public static final String ALL_PRESENCE = allOf(MessageKind.PRESENCE);
    public static final String ALL_HELLO = allOf(MessageKind.HELLO);
    public static final String ALL_DESIRED = allOf(MessageKind.DESIRED);
    public static final String ALL_REPORTED = allOf(MessageKind.REPORTED);
    public static final String ALL_TELEMETRY = allOf(MessageKind.TELEMETRY);
    public static final String ALL_WANT = allOf(MessageKind.WANT);
    public static final String ALL_TRIALED = allOf(MessageKind.TRIALED);

    private static final String DEVICES = ROOT + "devices/";
    private static final String BLOBS = ROOT + "blobs/";
    private static final int MAX_TOPIC_LENGTH = 256;

    private Topics() {}

    public static String presence(DeviceId device) {
        return of(device, MessageKind.PRESENCE);
    }

    public static String hello(DeviceId device) {
        return of(device, MessageKind.HELLO);
    }

    public static String desired(DeviceId device) {
        return of(device, MessageKind.DESIRED);
    }

    public static String reported(DeviceId device) {
        return of(device, MessageKind.REPORTED);
    }

    public static String telemetry(DeviceId device) {
        return of(device, MessageKind.TELEMETRY);
    }

    public static String want(DeviceId device) {
        return of(device, MessageKind.WANT);
    }

    public static String trial(DeviceId device) {
        return of(device, MessageKind.TRIAL);
    }

    public static String trialed(DeviceId device) {
        return of(device, MessageKind.TRIALED);
    }

    /** One chunk of a blob; the chunk index of a file is chunk 0 of the blob that its digest names. */
    public static String blobChunk(Digest digest, int chunk) {
        return BLOBS + digest.hex() + "/" + chunk;
    }

    /** The subscription to every chunk of a blob. */
    public static String blob(Digest digest) {
        return BLOBS + digest.hex() + "/+";
    }

    /** What a topic says. Never throws; a topic longer than 256 characters is unknown. */
    public static TopicMatch parse(String topic) {
        if (topic == null || topic.length() > MAX_TOPIC_LENGTH) {
            return new TopicMatch.Unknown("no topic, or longer than " + MAX_TOPIC_LENGTH + " characters");
        }
        if (topic.startsWith(DEVICES)) {
            return device(topic.substring(DEVICES.length()));
        }
        if (topic.startsWith(BLOBS)) {
            return blob(topic.substring(BLOBS.length()));
        }
        return new TopicMatch.Unknown("not below " + DEVICES + " or " + BLOBS);
    }

    private static TopicMatch device(String rest) {
        int slash = rest.indexOf('/');
        if (slash < 0 || !DeviceId.isValid(rest.substring(0, slash))) {
            return new TopicMatch.Unknown("no valid device id after " + DEVICES);
        }
        DeviceId device = DeviceId.of(rest.substring(0, slash));
        return switch (rest.substring(slash + 1)) {
            case "presence" -> new TopicMatch.Device(device, MessageKind.PRESENCE);
            case "hello" -> new TopicMatch.Device(device, MessageKind.HELLO);
            case "desired" -> new TopicMatch.Device(device, MessageKind.DESIRED);
            case "reported" -> new TopicMatch.Device(device, MessageKind.REPORTED);
            case "telemetry" -> new TopicMatch.Device(device, MessageKind.TELEMETRY);
            case "want" -> new TopicMatch.Device(device, MessageKind.WANT);
            case "trial" -> new TopicMatch.Device(device, MessageKind.TRIAL);
            case "trialed" -> new TopicMatch.Device(device, MessageKind.TRIALED);
            default -> new TopicMatch.Unknown("no message of that name belongs to a device");
        };
    }

    private static TopicMatch blob(String rest) {
        int slash = rest.indexOf('/');
        if (slash < 0 || !Digest.isHex(rest.substring(0, slash))) {
            return new TopicMatch.Unknown("no digest after " + BLOBS);
        }
        String number = rest.substring(slash + 1);
        if (!number.matches("0|[1-9][0-9]{0,5}") || Integer.parseInt(number) >= Limits.CHUNKS) {
            return new TopicMatch.Unknown("no chunk number from 0 to " + (Limits.CHUNKS - 1) + " after the digest");
        }
        return new TopicMatch.Blob(Digest.ofHex(rest.substring(0, slash)), Integer.parseInt(number));
    }

    private static String of(DeviceId device, MessageKind kind) {
        return DEVICES + device + "/" + kind.label();
    }

    private static String allOf(MessageKind kind) {
        return ROOT + "devices/+/" + kind.label();
    }
}
