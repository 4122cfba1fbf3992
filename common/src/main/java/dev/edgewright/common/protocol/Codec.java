package dev.edgewright.common.protocol;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.Decoded.Refused;
import dev.edgewright.common.protocol.v1.ChunkIndex;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.Reported;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.common.protocol.v1.TrialReport;
import dev.edgewright.common.protocol.v1.TrialState;
import dev.edgewright.common.protocol.v1.Want;

/**
 * Bytes to messages and back, with every limit of {@link Limits} kept. Decoding never throws: what cannot be taken is a
 * {@link Refused} with its reason, for the caller to count ({@link ProtocolCounters}). Fields of newer versions are kept and ignored.
 */
public final class Codec {

    private Codec() {}

    /**
     * A message of this kind, or why not.
     *
     * @param fromTopic the device that the topic (or the transport's own identity) names; the body has to name the same
     * @param <M> the Java type of the kind, as in {@link MessageKind}; another one fails with a ClassCastException where it is used
     */
    public static <M extends Message> Decoded<M> decode(MessageKind kind, byte[] bytes, DeviceId fromTopic) {
        if (bytes == null) {
            return new Refused<>(RefusalReason.MALFORMED, "no bytes for a " + kind.label() + " message");
        }
        if (bytes.length > kind.maxBytes()) {
            return new Refused<>(
                    RefusalReason.TOO_LARGE,
                    kind.label() + " has " + bytes.length + " bytes, at most " + kind.maxBytes() + " are taken");
        }
        try {
            @SuppressWarnings("unchecked") // the parser belongs to the kind, and so does M by contract
            M message = (M) kind.empty().getParserForType().parseFrom(bytes);
            Check check = new Check(fromTopic);
            apply(kind, message, check);
            return check.verdict(message);
        } catch (InvalidProtocolBufferException e) {
            boolean utf8 = String.valueOf(e.getMessage()).contains("UTF-8");
            return new Refused<>(
                    utf8 ? RefusalReason.BAD_UTF8 : RefusalReason.MALFORMED,
                    "not a " + kind.label() + " message: " + e.getMessage());
        }
    }

    /** Like {@link #decode(MessageKind, byte[], DeviceId)}, for kinds that name no device: manifests, chunk indexes, golden sets. */
    public static <M extends Message> Decoded<M> decode(MessageKind kind, byte[] bytes) {
        return decode(kind, bytes, null);
    }

    /**
     * The bytes of a message that the other side will take.
     *
     * @throws EdgewrightException {@code ENCODE_REFUSED} (bug) where the other side would refuse it, with the same reason
     */
    public static byte[] encode(MessageKind kind, Message message, DeviceId device) {
        if (message.getClass() != kind.empty().getClass()) {
            throw EdgewrightException.bug(
                    "ENCODE_REFUSED", kind + " is no " + message.getClass().getSimpleName());
        }
        Check check = new Check(device);
        int size = message.getSerializedSize();
        if (size > kind.maxBytes()) {
            check.refuse(RefusalReason.TOO_LARGE, size + " bytes, at most " + kind.maxBytes() + " are taken");
        }
        apply(kind, message, check);
        if (check.verdict(message) instanceof Refused<Message> refused) {
            throw EdgewrightException.bug(
                    "ENCODE_REFUSED",
                    "this " + kind.label() + " would be refused: " + refused.reason() + ", " + refused.detail());
        }
        return message.toByteArray();
    }

    /** Like {@link #encode(MessageKind, Message, DeviceId)}, where the device is only what the message says. */
    public static byte[] encode(MessageKind kind, Message message) {
        return encode(kind, message, null);
    }

    private static void apply(MessageKind kind, Message message, Check check) {
        switch (kind) {
            case PRESENCE -> DeviceRules.presence((Presence) message, check);
            case HELLO -> DeviceRules.hello((Hello) message, check);
            case DESIRED -> ControllerRules.signed((Signed) message, check);
            case REPORTED -> DeviceRules.reported((Reported) message, check);
            case TELEMETRY -> DeviceRules.telemetry((TelemetryWindow) message, check);
            case WANT -> DeviceRules.want((Want) message, check);
            case DESIRED_STATE -> ControllerRules.desired((DesiredState) message, check);
            case TRIAL -> ControllerRules.signed((Signed) message, check);
            case TRIAL_STATE -> TrialRules.state((TrialState) message, check);
            case TRIALED -> TrialRules.report((TrialReport) message, check);
            case MANIFEST -> ControllerRules.manifest((Manifest) message, check);
            case CHUNK_INDEX -> ControllerRules.chunkIndex((ChunkIndex) message, check);
            case GOLDEN_SET -> ControllerRules.golden((GoldenSet) message, check);
        }
    }
}
