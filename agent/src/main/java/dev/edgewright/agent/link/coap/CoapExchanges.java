package dev.edgewright.agent.link.coap;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.Limits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.californium.core.CoapClient;
import org.eclipse.californium.core.CoapHandler;
import org.eclipse.californium.core.CoapObserveRelation;
import org.eclipse.californium.core.CoapResponse;
import org.eclipse.californium.core.coap.CoAP;
import org.eclipse.californium.core.coap.MediaTypeRegistry;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.elements.config.SystemConfig;
import org.eclipse.californium.elements.config.UdpConfig;
import org.eclipse.californium.elements.exception.ConnectorException;
import org.eclipse.californium.scandium.DTLSConnector;
import org.eclipse.californium.scandium.config.DtlsConfig;
import org.eclipse.californium.scandium.config.DtlsConfig.DtlsRole;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;
import org.eclipse.californium.scandium.dtls.pskstore.AdvancedSinglePskStore;

/** One endpoint and the exchanges over it; each call waits for its answer. Bodies go block by block (RFC 7959). */
final class CoapExchanges implements AutoCloseable {

    private static final int BLOCK = 1024;

    private final CoapSettings settings;
    private final CoapEndpoint endpoint;
    private final CoapClient client;
    private final Map<String, CoapObserveRelation> observations = new HashMap<>();

    CoapExchanges(CoapSettings settings) throws IOException {
        this.settings = settings;
        this.endpoint = endpoint(settings);
        endpoint.start();
        this.client = new CoapClient();
        client.setEndpoint(endpoint);
        client.setTimeout(settings.answer().toMillis());
    }

    /** Posts a message; throws {@link IOException} when nobody answers, {@code EdgewrightException} when it is refused. */
    void post(String resource, byte[] payload) throws IOException {
        Request request = Request.newPost();
        request.setURI(uri(resource) + "?d=" + settings.device().value());
        request.getOptions().setContentFormat(MediaTypeRegistry.APPLICATION_OCTET_STREAM);
        request.setPayload(payload);
        CoapResponse response = exchange(request);
        if (!response.isSuccess()) {
            throw EdgewrightException.transient_(
                    "COAP_REFUSED", "POST " + resource + ": " + response.getCode() + " " + response.getResponseText());
        }
    }

    /** Gets a body; empty when it is not there. */
    Optional<byte[]> get(String resource) throws IOException {
        Request request = Request.newGet();
        request.setURI(uri(resource) + "?d=" + settings.device().value());
        CoapResponse response = exchange(request);
        return response.isSuccess() ? Optional.of(response.getPayload()) : Optional.empty();
    }

    /** Observes a resource (RFC 7641), again if need be; notifications arrive on Californium's threads until {@link #close}. */
    void observe(String resource, Consumer<byte[]> content, Runnable lost) {
        Optional.ofNullable(observations.remove(resource)).ifPresent(CoapObserveRelation::reactiveCancel);
        Request request = Request.newGet();
        request.setURI(uri(resource) + "?d=" + settings.device().value());
        request.setObserve();
        observations.put(resource, client.observe(request, new CoapHandler() {
            @Override
            public void onLoad(CoapResponse response) {
                if (response.isSuccess() && response.getPayload() != null && response.getPayload().length > 0) {
                    content.accept(response.getPayload());
                } else if (response.getCode() == CoAP.ResponseCode.NOT_FOUND) {
                    lost.run();
                }
            }

            @Override
            public void onError() {
                lost.run();
            }
        }));
    }

    @Override
    public void close() {
        observations.values().forEach(CoapObserveRelation::reactiveCancel);
        client.shutdown();
        endpoint.destroy();
    }

    private CoapResponse exchange(Request request) throws IOException {
        try {
            CoapResponse response = client.advanced(request);
            if (response == null) {
                request.cancel();
                throw new IOException("no answer from " + request.getURI());
            }
            return response;
        } catch (ConnectorException e) {
            throw new IOException(request.getURI() + ": " + e.getMessage(), e);
        }
    }

    private String uri(String resource) {
        String base = settings.server().toString();
        return (base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + resource;
    }

    private static CoapEndpoint endpoint(CoapSettings settings) {
        Configuration configuration = new Configuration(
                SystemConfig.DEFINITIONS, UdpConfig.DEFINITIONS, CoapConfig.DEFINITIONS, DtlsConfig.DEFINITIONS);
        configuration.set(CoapConfig.MAX_RESOURCE_BODY_SIZE, Limits.INDEX_FRAME_BYTES);
        configuration.set(CoapConfig.MAX_MESSAGE_SIZE, BLOCK);
        configuration.set(CoapConfig.PREFERRED_BLOCK_SIZE, BLOCK);
        CoapEndpoint.Builder builder = CoapEndpoint.builder().setConfiguration(configuration);
        if (settings.secure()) {
            configuration.set(DtlsConfig.DTLS_ROLE, DtlsRole.CLIENT_ONLY);
            configuration.set(DtlsConfig.DTLS_AUTO_HANDSHAKE_TIMEOUT, 30, TimeUnit.SECONDS);
            builder.setConnector(new DTLSConnector(DtlsConnectorConfig.builder(configuration)
                    .setAdvancedPskStore(new AdvancedSinglePskStore(
                            settings.device().value(), settings.psk().orElseThrow()))
                    .build()));
        } else {
            builder.setInetSocketAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        }
        return builder.build();
    }
}
