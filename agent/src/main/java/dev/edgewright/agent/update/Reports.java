package dev.edgewright.agent.update;

import com.google.protobuf.ByteString;
import dev.edgewright.common.id.BootId;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.AssignmentReport;
import dev.edgewright.common.protocol.v1.Reported;
import dev.edgewright.common.protocol.v1.ShadowReport;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Puts what is into the message that says so. */
final class Reports {

    private final DeviceId device;
    private final BootId boot;
    private long sequence;

    Reports(DeviceId device, BootId boot) {
        this.device = device;
        this.boot = boot;
    }

    /** Everything but the sequence number, which would make two equal reports differ. */
    Reported body(
            Collection<ModelUpdate> models,
            List<ShadowReport> shadows,
            long desiredSequence,
            Rejections rejections,
            Function<Digest, String> variantNames) {
        Reported.Builder reported = Reported.newBuilder()
                .setDeviceId(device.value())
                .setBootId(boot.toByteString())
                .setDesiredSequence(desiredSequence)
                .setRejected(rejections.total())
                .setLastRejection(rejections.last())
                .addAllShadows(shadows);
        models.forEach(model -> reported.addAssignments(assignment(model, variantNames)));
        return reported.build();
    }

    Reported numbered(Reported body) {
        sequence++;
        return body.toBuilder().setSequence(sequence).build();
    }

    private static AssignmentReport assignment(ModelUpdate model, Function<Digest, String> variantNames) {
        UpdateRecord record = model.record();
        UpdateRecord.Bytes bytes = model.bytes();
        AssignmentReport.Builder report = AssignmentReport.newBuilder()
                .setModel(record.model().value())
                .setSequence(record.sequence())
                .setRolloutId(record.assignment().getRolloutId())
                .setManifest(bytes(record.target()))
                .setState(record.state().toProto())
                .setBytesDone(bytes.done())
                .setBytesTotal(bytes.total())
                .setBytesReused(bytes.reused())
                .setActiveManifest(bytes(record.serving()))
                .setPreviousManifest(bytes(record.fallback()))
                .setCrashCount(record.crashes())
                .setSinceUnixMs(record.sinceUnixMs())
                .setActiveVariant(record.serving().map(variantNames).orElse(""));
        record.failure().ifPresent(failure -> report.setError(failure.toProto()));
        record.probe().ifPresent(report::setProbe);
        return report.build();
    }

    private static ByteString bytes(Optional<Digest> digest) {
        return digest.map(Digest::toByteString).orElse(ByteString.EMPTY);
    }
}
