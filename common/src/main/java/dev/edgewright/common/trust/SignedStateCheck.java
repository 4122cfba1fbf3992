package dev.edgewright.common.trust;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.Codec;
import dev.edgewright.common.protocol.Decoded;
import dev.edgewright.common.protocol.MessageKind;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.protocol.v1.TrialState;
import dev.edgewright.common.signing.Contexts;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * Decides whether a state that the controller signed for one device may be believed: right size and form, signed by the fleet's key, for
 * this device, newer than every one before, not expired. The broker that brought it is not trusted.
 *
 * @param <S> what was signed
 */
public final class SignedStateCheck<S extends Message> {

    /** What came of one message. */
    public sealed interface Ruling<S> {}

    public record Accepted<S>(S state) implements Ruling<S> {}

    /** The very bytes that were accepted last; a broker repeats a retained message at every connect. */
    public record Repeated<S>() implements Ruling<S> {}

    public record Refused<S>(String code, String detail) implements Ruling<S> {}

    /** What differs between the kinds of states; {@code name} begins the codes of refusals. */
    private record Kind<S>(
            String name,
            MessageKind envelope,
            MessageKind payload,
            String context,
            Parser<S> parser,
            ToLongFunction<S> sequence,
            ToLongFunction<S> expires) {}

    private static final Kind<DesiredState> DESIRED = new Kind<>(
            "DESIRED",
            MessageKind.DESIRED,
            MessageKind.DESIRED_STATE,
            Contexts.DESIRED,
            DesiredState.parser(),
            DesiredState::getSequence,
            DesiredState::getExpiresUnixMs);
    private static final Kind<TrialState> TRIAL = new Kind<>(
            "TRIAL",
            MessageKind.TRIAL,
            MessageKind.TRIAL_STATE,
            Contexts.TRIAL,
            TrialState.parser(),
            TrialState::getSequence,
            TrialState::getExpiresUnixMs);

    private final Kind<S> kind;
    private final DeviceId device;
    private final Verification fleet;

    private SignedStateCheck(Kind<S> kind, DeviceId device, Verification fleet) {
        this.kind = kind;
        this.device = device;
        this.fleet = fleet;
    }

    /** @param fleet by the keys of the fleet */
    public static SignedStateCheck<DesiredState> desired(DeviceId device, Verification fleet) {
        return new SignedStateCheck<>(DESIRED, device, fleet);
    }

    /** @param fleet by the keys of the fleet */
    public static SignedStateCheck<TrialState> trial(DeviceId device, Verification fleet) {
        return new SignedStateCheck<>(TRIAL, device, fleet);
    }

    /**
     * @param newest sequence number of the last accepted state, unsigned; 0 when there was none
     * @param last digest of the bytes accepted last
     */
    public Ruling<S> judge(byte[] bytes, long newest, Optional<Digest> last, long nowUnixMs) {
        if (last.isPresent() && last.get().equals(Digest.of(bytes))) {
            return new Repeated<>();
        }
        Decoded<Signed> envelope = Codec.decode(kind.envelope(), bytes, device);
        if (envelope instanceof Decoded.Refused<Signed> refused) {
            return new Refused<>(refused.reason().name(), refused.detail());
        }
        byte[] payload;
        try {
            payload = fleet.verify(kind.context(), envelope.toOptional().orElseThrow());
        } catch (EdgewrightException e) {
            return refused(e.code().name(), e.getMessage());
        }
        Decoded<S> decoded = Codec.decode(kind.payload(), payload, device);
        if (decoded instanceof Decoded.Refused<S> refused) {
            return new Refused<>(refused.reason().name(), refused.detail());
        }
        return inTime(decoded.toOptional().orElseThrow(), newest, nowUnixMs);
    }

    private Ruling<S> inTime(S state, long newest, long nowUnixMs) {
        long sequence = kind.sequence().applyAsLong(state);
        if (Long.compareUnsigned(sequence, newest) <= 0) {
            return refused(
                    "SEQUENCE_OLD",
                    "sequence " + Long.toUnsignedString(sequence) + ", accepted already: "
                            + Long.toUnsignedString(newest));
        }
        long expires = kind.expires().applyAsLong(state);
        if (expires != 0 && expires <= nowUnixMs) {
            return refused("EXPIRED", "expired " + (nowUnixMs - expires) + " ms ago by this device's clock");
        }
        return new Accepted<>(state);
    }

    /** For the state that was accepted before a restart: as {@link #judge}, but neither order nor expiry count. */
    public Ruling<S> again(byte[] bytes) {
        try {
            return new Accepted<>(kind.parser().parseFrom(fleet.verify(kind.context(), Signed.parseFrom(bytes))));
        } catch (EdgewrightException | InvalidProtocolBufferException e) {
            return refused("STORED", "what is stored is no longer good: " + e.getMessage());
        }
    }

    private Refused<S> refused(String code, String detail) {
        return new Refused<>(kind.name() + "_" + code, detail);
    }
}
