package dev.edgewright.controller.edge;

import com.google.protobuf.Message;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.Codec;
import dev.edgewright.common.protocol.Decoded;
import dev.edgewright.common.protocol.MessageKind;
import dev.edgewright.common.protocol.ProtocolCounters;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.Reported;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.common.protocol.v1.TrialReport;
import dev.edgewright.common.protocol.v1.Want;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.telemetry.TelemetryService;
import dev.edgewright.controller.transfer.TransferService;
import dev.edgewright.controller.trial.TrialReports;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes one message of one device. Thread-safe, never blocks, never throws for what a device sent. */
public final class DeviceIntake {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceIntake.class);

    private final FleetService fleet;
    private final TelemetryService telemetry;
    private final TransferService transfer;
    private final TrialReports trials;
    private final ProtocolCounters counters;

    /** Without trials. */
    public DeviceIntake(
            FleetService fleet, TelemetryService telemetry, TransferService transfer, ProtocolCounters counters) {
        this(fleet, telemetry, transfer, (device, report) -> {}, counters);
    }

    public DeviceIntake(
            FleetService fleet,
            TelemetryService telemetry,
            TransferService transfer,
            TrialReports trials,
            ProtocolCounters counters) {
        this.fleet = Objects.requireNonNull(fleet, "fleet");
        this.telemetry = Objects.requireNonNull(telemetry, "telemetry");
        this.transfer = Objects.requireNonNull(transfer, "transfer");
        this.trials = Objects.requireNonNull(trials, "trials");
        this.counters = Objects.requireNonNull(counters, "counters");
    }

    /**
     * Decodes, counts and hands on.
     *
     * @param device that the transport says the message is from; the body has to name the same
     * @return what became of the bytes, for a transport that can answer its sender
     */
    public Decoded<Message> take(MessageKind kind, DeviceId device, byte[] payload) {
        Decoded<Message> decoded = counters.counted(kind, Codec.decode(kind, payload, device));
        if (decoded instanceof Decoded.Accepted<Message> accepted) {
            handOn(device, accepted.message());
        } else if (decoded instanceof Decoded.Refused<Message> refused) {
            LOG.atDebug()
                    .addKeyValue("device", device)
                    .addKeyValue("kind", kind.label())
                    .addKeyValue("reason", refused.reason().label())
                    .log(refused.detail());
        }
        return decoded;
    }

    /** A message on a topic or a path that the protocol does not have. */
    public void unknown() {
        counters.unknownTopic();
    }

    private void handOn(DeviceId device, Message message) {
        if (message instanceof Presence presence) {
            fleet.onPresence(device, presence);
        } else if (message instanceof Hello hello) {
            fleet.onHello(device, hello);
        } else if (message instanceof Reported reported) {
            fleet.onReported(device, reported);
        } else if (message instanceof TelemetryWindow window) {
            fleet.onAlive(device, window.getBootId());
            telemetry.onTelemetry(device, window);
        } else if (message instanceof Want want) {
            transfer.onWant(device, want);
        } else if (message instanceof TrialReport report) {
            trials.onTrialed(device, report);
        } else {
            throw new IllegalArgumentException(
                    "devices do not send " + message.getDescriptorForType().getName());
        }
    }
}
