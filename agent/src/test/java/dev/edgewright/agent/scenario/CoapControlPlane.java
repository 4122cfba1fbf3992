package dev.edgewright.agent.scenario;

import dev.edgewright.agent.fakes.Variant;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.Limits;
import dev.edgewright.common.protocol.MessageKind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.eclipse.californium.core.CoapResource;
import org.eclipse.californium.core.CoapServer;
import org.eclipse.californium.core.coap.CoAP;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.core.server.resources.CoapExchange;
import org.eclipse.californium.core.server.resources.Resource;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.elements.config.SystemConfig;
import org.eclipse.californium.elements.config.UdpConfig;
import org.eclipse.californium.scandium.DTLSConnector;
import org.eclipse.californium.scandium.config.DtlsConfig;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;
import org.eclipse.californium.scandium.dtls.pskstore.AdvancedMultiPskStore;

/** The smallest controller over CoAP, with DTLS and pre-shared keys or without. */
final class CoapControlPlane implements ControlPlane {

    private static final byte[] PSK = "a key for tests".getBytes(StandardCharsets.UTF_8);

    private final boolean secure;
    private final int port = Ports.free();
    private final Seen seen = new Seen();
    private final Blobs blobs = new Blobs();
    private final Map<String, byte[]> desired = new ConcurrentHashMap<>();
    private volatile Desired resource = new Desired();
    private final AdvancedMultiPskStore keys = new AdvancedMultiPskStore();
    private CoapServer server;

    CoapControlPlane(boolean secure) {
        this.secure = secure;
        mend();
    }

    @Override
    public List<String> agentOptions(String device) {
        keys.setKey(device, PSK);
        List<String> options =
                new ArrayList<>(List.of("--broker", (secure ? "coaps" : "coap") + "://127.0.0.1:" + port));
        // Over DTLS a server that lost its sessions is silent until the exchange is given up.
        options.addAll(List.of("--coap.heartbeat", "2s", "--coap.answer", "4s"));
        if (secure) {
            options.addAll(List.of("--coap.psk", "hex:" + HexFormat.of().formatHex(PSK)));
        }
        return options;
    }

    @Override
    public void desire(String device, byte[] signed) {
        desired.put(device, signed);
        resource.changedFor(device);
    }

    @Override
    public void publish(Variant variant) {
        blobs.publish(variant);
    }

    @Override
    public Seen seen() {
        return seen;
    }

    @Override
    public List<String> chunksSent() {
        return blobs.sent();
    }

    @Override
    public void damage(UnaryOperator<byte[]> change) {
        blobs.damage(change);
    }

    @Override
    public synchronized void cut() {
        if (server != null) {
            server.destroy();
            server = null;
        }
    }

    @Override
    public synchronized void mend() {
        if (server != null) {
            return;
        }
        resource = new Desired();
        Configuration configuration = new Configuration(
                SystemConfig.DEFINITIONS, UdpConfig.DEFINITIONS, CoapConfig.DEFINITIONS, DtlsConfig.DEFINITIONS);
        configuration.set(CoapConfig.MAX_RESOURCE_BODY_SIZE, Limits.INDEX_FRAME_BYTES);
        configuration.set(CoapConfig.PREFERRED_BLOCK_SIZE, 1024);
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        CoapEndpoint.Builder endpoint = CoapEndpoint.builder().setConfiguration(configuration);
        if (secure) {
            endpoint.setConnector(new DTLSConnector(DtlsConnectorConfig.builder(configuration)
                    .setAddress(address)
                    .setAdvancedPskStore(keys)
                    .build()));
        } else {
            endpoint.setInetSocketAddress(address);
        }
        server = new CoapServer(configuration);
        server.addEndpoint(endpoint.build());
        CoapResource v1 = new CoapResource("v1");
        v1.add(post("hello", MessageKind.HELLO), post("presence", MessageKind.PRESENCE));
        v1.add(post("reported", MessageKind.REPORTED), post("telemetry", MessageKind.TELEMETRY));
        v1.add(resource, new BlobTree("blobs"));
        server.add(v1);
        server.start();
    }

    @Override
    public void close() {
        cut();
    }

    private CoapResource post(String name, MessageKind kind) {
        return new CoapResource(name) {
            @Override
            public void handlePOST(CoapExchange exchange) {
                seen.take(kind, device(exchange), exchange.getRequestPayload());
                exchange.respond(ResponseCode.CHANGED);
            }
        };
    }

    private static String device(CoapExchange exchange) {
        return Optional.ofNullable(exchange.getQueryParameter("d")).orElse("nobody");
    }

    private final class Desired extends CoapResource {
        Desired() {
            super("desired");
            setObservable(true);
            setObserveType(CoAP.Type.CON);
        }

        @Override
        public void handleGET(CoapExchange exchange) {
            exchange.respond(ResponseCode.CONTENT, desired.getOrDefault(device(exchange), new byte[0]));
        }

        void changedFor(String device) {
            changed(relation -> relation.getExchange()
                    .getRequest()
                    .getOptions()
                    .getUriQuery()
                    .contains("d=" + device));
        }
    }

    /** {@code /v1/blobs/DIGEST/CHUNK}. */
    private final class BlobTree extends CoapResource {
        BlobTree(String name) {
            super(name);
        }

        @Override
        public Resource getChild(String name) {
            return new BlobTree(name);
        }

        @Override
        public void handleGET(CoapExchange exchange) {
            List<String> path = exchange.getRequestOptions().getUriPath();
            Optional<byte[]> frame =
                    blobs.take(Digest.ofHex(path.get(path.size() - 2)), Integer.parseInt(path.get(path.size() - 1)));
            if (frame.isPresent()) {
                exchange.respond(ResponseCode.CONTENT, frame.get());
            } else {
                exchange.respond(ResponseCode.NOT_FOUND);
            }
        }
    }
}
