package dev.edgewright.common.protocol;

import com.google.protobuf.Message;
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
import java.util.Locale;

/** Every kind of message that is encoded and decoded, its Java type, and how many bytes it may have. */
public enum MessageKind {
    /** On {@code devices/{id}/presence}. */
    PRESENCE(Presence.getDefaultInstance(), Limits.PRESENCE_BYTES),
    /** On {@code devices/{id}/hello}. */
    HELLO(Hello.getDefaultInstance(), Limits.HELLO_BYTES),
    /** On {@code devices/{id}/desired}: the envelope; its payload is {@link #DESIRED_STATE}. */
    DESIRED(Signed.getDefaultInstance(), Limits.DESIRED_BYTES),
    /** On {@code devices/{id}/reported}. */
    REPORTED(Reported.getDefaultInstance(), Limits.REPORTED_BYTES),
    /** On {@code devices/{id}/telemetry}. */
    TELEMETRY(TelemetryWindow.getDefaultInstance(), Limits.TELEMETRY_BYTES),
    /** On {@code devices/{id}/want}. */
    WANT(Want.getDefaultInstance(), Limits.WANT_BYTES),
    /** The payload of a verified {@link #DESIRED}. */
    DESIRED_STATE(DesiredState.getDefaultInstance(), Limits.DESIRED_BYTES),
    /** On {@code devices/{id}/trial}: the envelope; its payload is {@link #TRIAL_STATE}. */
    TRIAL(Signed.getDefaultInstance(), Limits.DESIRED_BYTES),
    /** The payload of a verified {@link #TRIAL}. */
    TRIAL_STATE(TrialState.getDefaultInstance(), Limits.DESIRED_BYTES),
    /** On {@code devices/{id}/trialed}. */
    TRIALED(TrialReport.getDefaultInstance(), Limits.TRIALED_BYTES),
    /** The payload of a verified {@code Assignment.manifest}. */
    MANIFEST(Manifest.getDefaultInstance(), Limits.MANIFEST_BYTES),
    /** The content of the blob that {@code File.index_digest} names. */
    CHUNK_INDEX(ChunkIndex.getDefaultInstance(), Limits.CHUNK_INDEX_BYTES),
    /** The content of {@code Manifest.golden}. */
    GOLDEN_SET(GoldenSet.getDefaultInstance(), Limits.GOLDEN_SET_BYTES);

    private final Message empty;
    private final int maxBytes;

    MessageKind(Message empty, int maxBytes) {
        this.empty = empty;
        this.maxBytes = maxBytes;
    }

    /** A message of this kind with nothing set. */
    public Message empty() {
        return empty;
    }

    /** Encoded bytes that are taken at most. */
    public int maxBytes() {
        return maxBytes;
    }

    /** Lower case, for metric labels and messages. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
