package dev.edgewright.common.protocol;

import static dev.edgewright.common.protocol.MessageKind.DESIRED;
import static dev.edgewright.common.protocol.MessageKind.DESIRED_STATE;
import static dev.edgewright.common.protocol.MessageKind.HELLO;
import static dev.edgewright.common.protocol.MessageKind.PRESENCE;
import static dev.edgewright.common.protocol.MessageKind.REPORTED;
import static dev.edgewright.common.protocol.MessageKind.TELEMETRY;
import static dev.edgewright.common.protocol.MessageKind.WANT;
import static dev.edgewright.common.protocol.RefusalReason.BAD_ID;
import static dev.edgewright.common.protocol.RefusalReason.BAD_LENGTH;
import static dev.edgewright.common.protocol.RefusalReason.BAD_UTF8;
import static dev.edgewright.common.protocol.RefusalReason.CONTRADICTION;
import static dev.edgewright.common.protocol.RefusalReason.MALFORMED;
import static dev.edgewright.common.protocol.RefusalReason.MISSING;
import static dev.edgewright.common.protocol.RefusalReason.NEGATIVE;
import static dev.edgewright.common.protocol.RefusalReason.NOT_FINITE;
import static dev.edgewright.common.protocol.RefusalReason.TOO_HIGH;
import static dev.edgewright.common.protocol.RefusalReason.TOO_LARGE;
import static dev.edgewright.common.protocol.RefusalReason.TOO_LONG;
import static dev.edgewright.common.protocol.RefusalReason.TOO_MANY;
import static dev.edgewright.common.protocol.RefusalReason.UNKNOWN_ENUM;
import static dev.edgewright.common.protocol.RefusalReason.WRONG_DEVICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.Decoded.Accepted;
import dev.edgewright.common.protocol.Decoded.Refused;
import dev.edgewright.common.protocol.v1.AssignmentReport;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.LifecycleState;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.Reported;
import dev.edgewright.common.protocol.v1.ShadowWindow;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.common.protocol.v1.Want;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows of "this is wrong with it, so it is refused for that reason". Each row spoils one thing in a message that is otherwise right. */
class CodecRefusalTest {

    private static final ByteString SHORT_DIGEST = ByteString.copyFrom(new byte[31]);

    @ParameterizedTest(name = "{1}: {0} → {3}")
    @MethodSource
    void what_is_wrong_is_refused_with_its_reason(String what, MessageKind kind, byte[] bytes, RefusalReason reason) {
        Decoded<Message> decoded = Codec.decode(kind, bytes, SampleMessages.DEVICE);
        assertThat(decoded).isInstanceOf(Refused.class);
        Refused<Message> refused = (Refused<Message>) decoded;
        assertThat(refused.reason()).as(refused.detail()).isEqualTo(reason);
        assertThat(refused.detail()).isNotBlank().hasSizeLessThan(400).doesNotContainPattern("\\p{Cntrl}");
    }

    static Stream<Arguments> what_is_wrong_is_refused_with_its_reason() {
        return Stream.of(
                        anything(),
                        presence(),
                        hello(),
                        reported(),
                        telemetry(),
                        sketch(),
                        want(),
                        desired(),
                        ArtifactRefusals.manifest(),
                        ArtifactRefusals.blobs())
                .flatMap(rows -> rows);
    }

    private static Stream<Arguments> anything() {
        return Stream.of(
                arguments("no bytes at all", HELLO, null, MALFORMED),
                arguments("a byte above the bound", PRESENCE, new byte[Limits.PRESENCE_BYTES + 1], TOO_LARGE),
                arguments("text", TELEMETRY, "hello, world".getBytes(), MALFORMED),
                arguments("a message cut short", HELLO, cut(sample().hello()), MALFORMED),
                arguments("a string that is not UTF-8", HELLO, new byte[] {0x0a, 0x02, (byte) 0xc3, 0x28}, BAD_UTF8),
                row("a 10 MB id", HELLO, sample().hello().toBuilder().setDeviceId("x".repeat(10_000_000)), TOO_LARGE),
                row("a 60 kB id", HELLO, Hello.newBuilder().setDeviceId("x".repeat(60_000)), BAD_ID));
    }

    private static Stream<Arguments> presence() {
        Presence.Builder right = sample().presence().toBuilder();
        return Stream.of(
                row("15 bytes of boot id", PRESENCE, right.clone().setBootId(bytes(15)), BAD_LENGTH),
                row("a time before 1970", PRESENCE, right.clone().setAtUnixMs(-1), NEGATIVE),
                row("a long version", PRESENCE, right.clone().setAgentVersion("v".repeat(129)), TOO_LONG));
    }

    private static Stream<Arguments> hello() {
        Hello.Builder right = sample().hello().toBuilder();
        Hello.Builder manyLabels = right.clone();
        for (int i = 0; i <= Limits.LABELS; i++) {
            manyLabels.putLabels("label" + i, "");
        }
        Hello.Builder manyIsa = right.clone();
        for (int i = 0; i <= Limits.ISA; i++) {
            manyIsa.getFactsBuilder().addIsa("isa" + i);
        }
        Hello.Builder unknownPower = right.clone();
        unknownPower.getFactsBuilder().setPowerValue(99);
        Hello.Builder manyCores = right.clone();
        manyCores.getFactsBuilder().setCores(-1);
        Hello.Builder infinite = right.clone();
        infinite.addProbesBuilder().setMedianUs(Double.POSITIVE_INFINITY);
        Hello.Builder twice = right.clone().clearHeld();
        twice.addHeldBuilder().setModel("m");
        twice.addHeldBuilder().setModel("m");
        Hello.Builder shortDigest = right.clone();
        shortDigest.addHeldBuilder().setModel("other").addHeldManifests(SHORT_DIGEST);
        return Stream.of(
                row("another device", HELLO, right.clone().setDeviceId("cam-8"), WRONG_DEVICE),
                row("an id with a slash", HELLO, right.clone().setDeviceId("cam/7"), BAD_ID),
                row("an id with a wildcard", HELLO, right.clone().setDeviceId("+"), BAD_ID),
                row("an upper-case id", HELLO, right.clone().setDeviceId("Cam-7"), BAD_ID),
                row("no facts", HELLO, right.clone().clearFacts(), MISSING),
                row("too many labels", HELLO, manyLabels, TOO_MANY),
                row("a label without a key", HELLO, right.clone().putLabels("", "x"), MISSING),
                row("too many instruction sets", HELLO, manyIsa, TOO_MANY),
                row("an unknown power source", HELLO, unknownPower, UNKNOWN_ENUM),
                row("2^32-1 cores", HELLO, manyCores, TOO_HIGH),
                row("a sequence above 2^63", HELLO, right.clone().setSequence(-5), NEGATIVE),
                row("an infinite probe", HELLO, infinite, NOT_FINITE),
                row("one model held twice", HELLO, twice, CONTRADICTION),
                row("a digest of 31 bytes", HELLO, shortDigest, BAD_LENGTH));
    }

    private static Stream<Arguments> reported() {
        Reported.Builder none = sample().reported().toBuilder().clearAssignments();
        AssignmentReport.Builder right = AssignmentReport.newBuilder()
                .setModel("m")
                .setState(LifecycleState.LIFECYCLE_STATE_COMMITTED)
                .setManifest(bytes(32));
        return Stream.of(
                row("another device", REPORTED, none.clone().setDeviceId("cam-8"), WRONG_DEVICE),
                row("an unknown state", REPORTED, with(none, right.clone().setStateValue(77)), UNKNOWN_ENUM),
                row("no state", REPORTED, with(none, right.clone().clearState()), UNKNOWN_ENUM),
                row("a bad model name", REPORTED, with(none, right.clone().setModel("../m")), BAD_ID),
                row("a bad rollout id", REPORTED, with(none, right.clone().setRolloutId("R 1")), BAD_ID),
                row("a negative size", REPORTED, with(none, right.clone().setBytesDone(-1)), NEGATIVE),
                row(
                        "a short manifest digest",
                        REPORTED,
                        with(none, right.clone().setManifest(SHORT_DIGEST)),
                        BAD_LENGTH),
                row("one model twice", REPORTED, with(with(none, right), right), CONTRADICTION),
                row("a long message", REPORTED, none.clone().setLastRejection("x".repeat(5000)), TOO_LONG));
    }

    private static Stream<Arguments> telemetry() {
        TelemetryWindow.Builder right = sample().telemetry().toBuilder().clearModels();
        TelemetryWindow.Builder negativeEnergy = right.clone();
        negativeEnergy.addModelsBuilder().setModel("m").addEnergyBuilder().setGrossJoules(-1);
        TelemetryWindow.Builder nanEnergy = right.clone();
        nanEnergy.addModelsBuilder().setModel("m").addEnergyBuilder().setNetJoules(Double.NaN);
        TelemetryWindow.Builder twice = right.clone();
        twice.addModelsBuilder()
                .setModel("m")
                .addEnergy(dev.edgewright.common.protocol.v1.Energy.newBuilder().setSource("rapl"))
                .addEnergy(dev.edgewright.common.protocol.v1.Energy.newBuilder().setSource("rapl"));
        TelemetryWindow.Builder many = right.clone();
        for (int i = 0; i <= Limits.MODELS; i++) {
            many.addModelsBuilder().setModel("m" + i);
        }
        ShadowWindow.Builder shadow = ShadowWindow.newBuilder().setModel("m").setManifest(bytes(32));
        return Stream.of(
                row("another device", TELEMETRY, right.clone().setDeviceId("cam-8"), WRONG_DEVICE),
                row("a temperature of NaN", TELEMETRY, right.clone().setTemperatureCelsius(Double.NaN), NOT_FINITE),
                row("a battery at 101 %", TELEMETRY, right.clone().setBatteryPercent(101), TOO_HIGH),
                row("a window of two days", TELEMETRY, right.clone().setLengthMs(2 * Limits.WINDOW_MS), TOO_HIGH),
                row("energy below zero", TELEMETRY, negativeEnergy, NEGATIVE),
                row("net energy of NaN", TELEMETRY, nanEnergy, NOT_FINITE),
                row("one energy source twice", TELEMETRY, twice, CONTRADICTION),
                row("too many models", TELEMETRY, many, TOO_MANY),
                row(
                        "a shadow that agreed more often than it was compared",
                        TELEMETRY,
                        right.clone()
                                .clearShadows()
                                .addShadows(shadow.clone().setAgreed(3).setCompared(2)),
                        CONTRADICTION),
                row(
                        "a shadow of no manifest",
                        TELEMETRY,
                        right.clone().clearShadows().addShadows(shadow.clone().clearManifest()),
                        BAD_LENGTH));
    }

    private static Stream<Arguments> sketch() {
        return Stream.of(
                sketchRow("a schema of 9", "schema: 9", TOO_HIGH),
                sketchRow("a count of 2^41", "count: 2199023255552", TOO_HIGH),
                sketchRow("more than its buckets hold", "schema: 3 count: 5 gaps: 0 counts: 4", CONTRADICTION),
                sketchRow("a gap too few", "schema: 3 count: 2 gaps: 0 counts: 1 counts: 1", CONTRADICTION),
                sketchRow("an empty bucket", "schema: 3 count: 0 gaps: 0 counts: 0", NEGATIVE),
                sketchRow("a first gap", "schema: 3 count: 1 gaps: 1 counts: 1", CONTRADICTION),
                sketchRow(
                        "a bucket above every double",
                        "schema: 3 count: 1 offset: 8193 gaps: 0 counts: 1",
                        CONTRADICTION),
                sketchRow(
                        "gaps that overflow",
                        "schema: 3 count: 2 gaps: 0 gaps: 4294967295 counts: 1 counts: 1",
                        CONTRADICTION),
                sketchRow("min above max", "schema: 3 count: 1 gaps: 0 counts: 1 min: 2 max: 1", CONTRADICTION),
                sketchRow("a sum of NaN", "sum: nan", NOT_FINITE),
                sketchRow("a negative minimum", "min: -1", NEGATIVE));
    }

    private static Stream<Arguments> want() {
        Want.Builder right = sample().want().toBuilder().setChunks(10).setMissing(bytes(2));
        return Stream.of(
                row("another device", WANT, right.clone().setDeviceId("cam-8"), WRONG_DEVICE),
                row("a short digest", WANT, right.clone().setDigest(SHORT_DIGEST), BAD_LENGTH),
                row("a bitmap of one byte for ten chunks", WANT, right.clone().setMissing(bytes(1)), CONTRADICTION),
                row("a bitmap of three bytes", WANT, right.clone().setMissing(bytes(3)), CONTRADICTION),
                row(
                        "chunk 10 of 10",
                        WANT,
                        right.clone().setMissing(ByteString.copyFrom(new byte[] {0, 4})),
                        CONTRADICTION),
                row("no chunks", WANT, right.clone().setChunks(0), MISSING),
                row("no window", WANT, right.clone().setWindow(0), MISSING),
                row("2^32-1 chunks", WANT, right.clone().setChunks(-1), TOO_HIGH));
    }

    private static Stream<Arguments> desired() {
        Signed.Builder envelope = sample().signed().toBuilder();
        DesiredState.Builder none = sample().desired().toBuilder().clearAssignments();
        DesiredState.Builder noManifest = none.clone();
        noManifest.addAssignmentsBuilder().setModel("m").setSequence(1);
        DesiredState.Builder nanLimit = none.clone();
        nanLimit.addAssignmentsBuilder()
                .setModel("m")
                .setSequence(1)
                .setManifest(envelope)
                .getLimitsBuilder()
                .setMaxP95Ms(Double.NaN);
        DesiredState.Builder longManifest = none.clone();
        longManifest
                .addAssignmentsBuilder()
                .setModel("m")
                .setSequence(1)
                .setManifest(envelope.clone().setPayload(bytes(Limits.MANIFEST_BYTES + 1)));
        return Stream.of(
                row("a signature of 63 bytes", DESIRED, envelope.clone().setSignature(bytes(63)), BAD_LENGTH),
                row("no payload", DESIRED, envelope.clone().clearPayload(), MISSING),
                row("a key id that is not hex", DESIRED, envelope.clone().setKeyId("zzzzzzzzzzzzzzzz"), BAD_ID),
                row("for another device", DESIRED_STATE, none.clone().setDeviceId("cam-8"), WRONG_DEVICE),
                row("no sequence", DESIRED_STATE, none.clone().setSequence(0), MISSING),
                row("an assignment without a manifest", DESIRED_STATE, noManifest, MISSING),
                row("a limit of NaN", DESIRED_STATE, nanLimit, NOT_FINITE),
                row("a manifest above its bound", DESIRED_STATE, longManifest, TOO_LONG));
    }

    @Test
    void every_reason_has_a_row() {
        Set<RefusalReason> tested = what_is_wrong_is_refused_with_its_reason()
                .map(row -> (RefusalReason) row.get()[3])
                .collect(Collectors.toSet());
        assertThat(tested).isEqualTo(EnumSet.allOf(RefusalReason.class));
    }

    @Test
    void fields_of_a_later_version_are_kept_and_ignored() {
        byte[] known = sample().presence().toByteArray();
        byte[] later = java.util.Arrays.copyOf(known, known.length + 3);
        later[known.length] = (byte) 0xa0; // field 100, varint
        later[known.length + 1] = 0x06;
        later[known.length + 2] = 1;
        assertThat(Codec.decode(PRESENCE, later, SampleMessages.DEVICE)).isInstanceOf(Accepted.class);
    }

    @Test
    void refusals_are_counted_by_kind_and_reason() {
        ProtocolCounters counters = new ProtocolCounters();
        counters.counted(HELLO, Codec.decode(HELLO, "nonsense".getBytes(), SampleMessages.DEVICE));
        counters.counted(WANT, Codec.decode(WANT, sample().want().toByteArray(), SampleMessages.DEVICE));
        counters.counted(WANT, Codec.decode(WANT, sample().want().toByteArray(), DeviceId.of("other")));
        assertThat(counters.refusedCount(HELLO, MALFORMED)).isEqualTo(1);
        assertThat(counters.refusedCount(WANT, WRONG_DEVICE)).isEqualTo(1);
        assertThat(counters.acceptedCount(WANT)).isEqualTo(1);
        assertThat(counters.refusedTotal()).isEqualTo(2);
    }

    @Test
    void what_the_other_side_would_refuse_is_not_sent() {
        Want wrong = sample().want().toBuilder().setWindow(0).build();
        assertThatThrownBy(() -> Codec.encode(WANT, wrong, SampleMessages.DEVICE))
                .hasMessageContaining("MISSING, window is missing");
        assertThatThrownBy(() -> Codec.encode(HELLO, wrong, SampleMessages.DEVICE))
                .hasMessageContaining("HELLO is no Want");
    }

    static SampleMessages sample() {
        return new SampleMessages(11);
    }

    static Arguments row(String what, MessageKind kind, Message.Builder message, RefusalReason reason) {
        return arguments(what, kind, message.build().toByteArray(), reason);
    }

    private static Arguments sketchRow(String what, String text, RefusalReason reason) {
        TelemetryWindow.Builder window = sample().telemetry().toBuilder().clearModels();
        try {
            com.google.protobuf.TextFormat.merge(
                    text, window.addModelsBuilder().setModel("m").getLatencyBuilder());
        } catch (com.google.protobuf.TextFormat.ParseException e) {
            throw new AssertionError(e);
        }
        return row(what, TELEMETRY, window, reason);
    }

    private static Reported.Builder with(Reported.Builder reported, AssignmentReport.Builder report) {
        return reported.clone().addAssignments(report);
    }

    private static byte[] cut(Message message) {
        byte[] bytes = message.toByteArray();
        return java.util.Arrays.copyOf(bytes, bytes.length - 1);
    }

    static ByteString bytes(int length) {
        return ByteString.copyFrom(new byte[length]);
    }
}
