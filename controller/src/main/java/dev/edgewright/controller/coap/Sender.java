package dev.edgewright.controller.coap;

import dev.edgewright.common.id.DeviceId;
import java.util.Optional;
import org.eclipse.californium.core.coap.Request;

/** Says which device a request is from. */
@FunctionalInterface
interface Sender {

    /** Empty when the request names no device, or another one than its key belongs to. */
    Optional<DeviceId> of(Request request);

    /** By the identity of the pre-shared key; a parameter {@code d} may only repeat it. */
    static Sender byKey() {
        return request -> {
            var peer = request.getSourceContext().getPeerIdentity();
            var named = named(request);
            return Optional.ofNullable(peer)
                    .map(java.security.Principal::getName)
                    .filter(DeviceId::isValid)
                    .map(DeviceId::of)
                    .filter(id -> named.isEmpty() || named.get().equals(id.value()));
        };
    }

    /** By the parameter {@code d}; for loopback only. */
    static Sender byParameter() {
        return request -> named(request).filter(DeviceId::isValid).map(DeviceId::of);
    }

    private static Optional<String> named(Request request) {
        return request.getOptions().getUriQuery().stream()
                .filter(query -> query.startsWith("d="))
                .map(query -> query.substring(2))
                .findFirst();
    }
}
