package dev.edgewright.controller.coap;

import com.google.protobuf.Message;
import dev.edgewright.common.protocol.Decoded;
import dev.edgewright.common.protocol.MessageKind;
import dev.edgewright.common.protocol.RefusalReason;
import dev.edgewright.controller.edge.DeviceIntake;
import org.eclipse.californium.core.CoapResource;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.server.resources.CoapExchange;

/** Takes one kind of message by POST. */
final class MessageResource extends CoapResource {
    private final MessageKind kind;
    private final DeviceIntake intake;
    private final Sender sender;
    private final Silence silence;

    MessageResource(MessageKind kind, DeviceIntake intake, Sender sender, Silence silence) {
        super(kind.label());
        this.kind = kind;
        this.intake = intake;
        this.sender = sender;
        this.silence = silence;
    }

    @Override
    public void handlePOST(CoapExchange exchange) {
        var device = sender.of(exchange.advanced().getRequest());
        if (device.isEmpty()) {
            exchange.respond(ResponseCode.UNAUTHORIZED, "the request names no device, or not the one of its key");
            return;
        }
        silence.broken(device.get());
        var decoded = intake.take(kind, device.get(), exchange.getRequestPayload());
        if (decoded instanceof Decoded.Refused<Message> refused) {
            var code = refused.reason() == RefusalReason.TOO_LARGE
                    ? ResponseCode.REQUEST_ENTITY_TOO_LARGE
                    : ResponseCode.BAD_REQUEST;
            exchange.respond(code, refused.reason().label() + ": " + refused.detail());
        } else {
            exchange.respond(ResponseCode.CHANGED);
        }
    }
}
