package dev.edgewright.controller.coap;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.Signed;
import org.eclipse.californium.core.CoapResource;
import org.eclipse.californium.core.coap.CoAP;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.MediaTypeRegistry;
import org.eclipse.californium.core.server.resources.CoapExchange;

/**
 * What is signed for one device, its desired state or what it is to measure, to read and to observe. Empty content stands for "nothing
 * yet", which keeps the observation.
 */
final class SignedResource extends CoapResource {
    private final SignedSource source;
    private final Sender sender;
    private final Silence silence;

    SignedResource(String name, SignedSource source, Sender sender, Silence silence) {
        super(name);
        this.source = source;
        this.sender = sender;
        this.silence = silence;
        setObservable(true);
        setObserveType(CoAP.Type.CON);
        getAttributes().setObservable();
    }

    @Override
    public void handleGET(CoapExchange exchange) {
        var device = sender.of(exchange.advanced().getRequest());
        if (device.isEmpty()) {
            exchange.respond(ResponseCode.UNAUTHORIZED, "the request names no device, or not the one of its key");
            return;
        }
        silence.broken(device.get());
        var payload = source.of(device.get()).map(Signed::toByteArray).orElse(new byte[0]);
        exchange.respond(ResponseCode.CONTENT, payload, MediaTypeRegistry.APPLICATION_OCTET_STREAM);
    }

    /** Tells who observes this device's state. */
    void changed(DeviceId device) {
        changed(relation -> sender.of(relation.getExchange().getRequest())
                .filter(device::equals)
                .isPresent());
    }
}
