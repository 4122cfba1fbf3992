package dev.edgewright.agent.scenario;

import com.google.protobuf.Message;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.Codec;
import dev.edgewright.common.protocol.Decoded;
import dev.edgewright.common.protocol.MessageKind;
import dev.edgewright.common.protocol.v1.AssignmentReport;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.Reported;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** What devices said, checked by the protocol's own rules; the newest of each kind. */
final class Seen {

    final Map<String, Hello> hellos = new ConcurrentHashMap<>();
    final Map<String, Presence> presences = new ConcurrentHashMap<>();
    final Map<String, Reported> reports = new ConcurrentHashMap<>();
    final List<TelemetryWindow> windows = new CopyOnWriteArrayList<>();
    final List<String> refused = new CopyOnWriteArrayList<>();

    void take(MessageKind kind, String device, byte[] payload) {
        if (payload.length == 0) {
            return;
        }
        Decoded<Message> decoded = Codec.decode(kind, payload, DeviceId.of(device));
        if (decoded instanceof Decoded.Refused<Message> refusal) {
            refused.add(kind + " of " + device + ": " + refusal);
            return;
        }
        Message message = decoded.toOptional().orElseThrow();
        if (message instanceof Hello hello) {
            hellos.put(device, hello);
        } else if (message instanceof Presence presence) {
            presences.put(device, presence);
        } else if (message instanceof Reported reported) {
            reports.put(device, reported);
        } else if (message instanceof TelemetryWindow window) {
            windows.add(window);
        }
    }

    boolean online(String device) {
        Presence presence = presences.get(device);
        return presence != null && presence.getOnline();
    }

    Optional<AssignmentReport> report(String device, String model) {
        return Optional.ofNullable(reports.get(device)).stream()
                .flatMap(reported -> reported.getAssignmentsList().stream())
                .filter(report -> report.getModel().equals(model))
                .findFirst();
    }
}
