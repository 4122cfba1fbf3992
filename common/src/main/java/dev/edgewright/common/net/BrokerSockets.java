package dev.edgewright.common.net;

import dev.edgewright.common.error.EdgewrightException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * Sockets that send at once (TCP_NODELAY).
 *
 * <p>Paho leaves Nagle's algorithm on. An acknowledgement then waits for the one before it, which the other side holds back
 * for 40 ms: one chunk every 40 ms, whatever the network.
 */
public final class BrokerSockets {

    private BrokerSockets() {}

    public static SocketFactory plain() {
        return new NoDelay();
    }

    /**
     * @param pem certificates of the authority to trust, and no other; the Java runtime's own authorities when absent. Throws
     *     {@code CA_UNREADABLE} (resource) when it holds none
     */
    public static SSLSocketFactory tls(Optional<Path> pem) {
        try {
            return new NoDelayTls(
                    pem.isEmpty()
                            ? SSLContext.getDefault().getSocketFactory()
                            : trusting(pem.get()).getSocketFactory());
        } catch (GeneralSecurityException e) {
            throw EdgewrightException.resource("TLS_MISSING", "this Java runtime offers no TLS: " + e.getMessage(), e);
        }
    }

    private static SSLContext trusting(Path pem) {
        try (InputStream in = Files.newInputStream(pem)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int n = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("authority-" + n++, certificate);
            }
            if (n == 0) {
                throw EdgewrightException.resource("CA_UNREADABLE", pem + " holds no certificate");
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw EdgewrightException.resource(
                    "CA_UNREADABLE", "cannot take " + pem + " as certificate authority: " + e.getMessage(), e);
        }
    }

    private static <S extends Socket> S atOnce(S socket) throws IOException {
        socket.setTcpNoDelay(true);
        return socket;
    }

    private static final class NoDelay extends SocketFactory {
        private final SocketFactory system = SocketFactory.getDefault();

        @Override
        public Socket createSocket() throws IOException {
            return atOnce(system.createSocket());
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return atOnce(system.createSocket(host, port));
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
            return atOnce(system.createSocket(host, port, local, localPort));
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return atOnce(system.createSocket(host, port));
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
            return atOnce(system.createSocket(host, port, local, localPort));
        }
    }

    private static final class NoDelayTls extends SSLSocketFactory {
        private final SSLSocketFactory tls;

        NoDelayTls(SSLSocketFactory tls) {
            this.tls = tls;
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return tls.getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return tls.getSupportedCipherSuites();
        }

        @Override
        public Socket createSocket() throws IOException {
            return atOnce(tls.createSocket());
        }

        @Override
        public Socket createSocket(Socket under, String host, int port, boolean close) throws IOException {
            return atOnce(tls.createSocket(under, host, port, close));
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return atOnce(tls.createSocket(host, port));
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
            return atOnce(tls.createSocket(host, port, local, localPort));
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return atOnce(tls.createSocket(host, port));
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
            return atOnce(tls.createSocket(host, port, local, localPort));
        }
    }
}
