package dev.edgewright.controller.broker;

import static com.hivemq.extension.sdk.api.auth.parameter.TopicPermission.MqttActivity.PUBLISH;
import static com.hivemq.extension.sdk.api.auth.parameter.TopicPermission.MqttActivity.SUBSCRIBE;

import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthInput;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthOutput;
import com.hivemq.extension.sdk.api.auth.parameter.TopicPermission;
import com.hivemq.extension.sdk.api.packets.auth.DefaultAuthorizationBehaviour;
import com.hivemq.extension.sdk.api.packets.connect.ConnackReasonCode;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import com.hivemq.extension.sdk.api.services.builder.Builders;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * Who may say what on the embedded broker.
 *
 * <ul>
 *   <li>A client {@code edgewright-{id}} is device {@code id}: it publishes only its own presence, hello, reported,
 *       telemetry, want and trialed, and subscribes only to its own desired state and trials, and to blobs.
 *   <li>The controller's client has the secret of this start and may do everything below {@code edgewright/v1}; nobody
 *       else publishes desired states or chunks.
 *   <li>Any other client id is refused at CONNECT.
 * </ul>
 *
 * <p>A device id is a claim here, not a proof: what a device is told is signed, what it says is believed as far as the
 * network is trusted. Where it is not, use an external broker with client certificates, or CoAP with DTLS.
 */
final class DeviceAccess implements ExtensionMain {
    static final String CONTROLLER_USER = "edgewright/controller";
    static final String DEVICE_CLIENT_PREFIX = "edgewright-";
    private static final String ROOT = "edgewright/v1/";

    private final BrokerCredentials controller;

    DeviceAccess(BrokerCredentials controller) {
        this.controller = controller;
    }

    @Override
    public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
        SimpleAuthenticator authenticator = this::authenticate;
        Services.securityRegistry().setAuthenticatorProvider(ignored -> authenticator);
    }

    @Override
    public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {
        // registrations go with the extension
    }

    private void authenticate(SimpleAuthInput input, SimpleAuthOutput output) {
        var connect = input.getConnectPacket();
        var permissions = output.getDefaultPermissions();
        permissions.setDefaultBehaviour(DefaultAuthorizationBehaviour.DENY);
        if (connect.getUserName().filter(controller.user()::equals).isPresent()) {
            if (connect.getPassword()
                    .map(DeviceAccess::bytes)
                    .filter(this::isSecret)
                    .isPresent()) {
                permissions.add(allow(ROOT + "#", TopicPermission.MqttActivity.ALL));
                output.authenticateSuccessfully();
            } else {
                output.failAuthentication(ConnackReasonCode.BAD_USER_NAME_OR_PASSWORD, "not this start's secret");
            }
            return;
        }
        var clientId = input.getClientInformation().getClientId();
        if (!clientId.startsWith(DEVICE_CLIENT_PREFIX)) {
            output.failAuthentication(
                    ConnackReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "the client id must be edgewright-{device id}");
            return;
        }
        try {
            var id = DeviceId.of(clientId.substring(DEVICE_CLIENT_PREFIX.length()));
            var own = ROOT + "devices/" + id.value() + "/";
            for (var leaf : new String[] {"presence", "hello", "reported", "telemetry", "want", "trialed"}) {
                permissions.add(allow(own + leaf, PUBLISH));
            }
            permissions.add(allow(own + "desired", SUBSCRIBE));
            permissions.add(allow(own + "trial", SUBSCRIBE));
            permissions.add(allow(ROOT + "blobs/#", SUBSCRIBE));
            output.authenticateSuccessfully();
        } catch (EdgewrightException e) {
            output.failAuthentication(ConnackReasonCode.CLIENT_IDENTIFIER_NOT_VALID, e.getMessage());
        }
    }

    private boolean isSecret(byte[] password) {
        return MessageDigest.isEqual(password, controller.password().getBytes(StandardCharsets.UTF_8));
    }

    private static TopicPermission allow(String filter, TopicPermission.MqttActivity activity) {
        return Builders.topicPermission()
                .topicFilter(filter)
                .type(TopicPermission.PermissionType.ALLOW)
                .activity(activity)
                .build();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        var bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
