package dev.edgewright.benchmarks.agent;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The leanest HTTP caller: one kept connection, a request made beforehand, the answer read by its Content-Length. */
final class LoopbackClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private final byte[] request;

    LoopbackClient(int port, String path, byte[] body, int jsonBytes) throws IOException {
        this(port, request(path, body, jsonBytes));
    }

    /** @param request sent as it is, again and again */
    LoopbackClient(int port, byte[] request) throws IOException {
        this.request = request;
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream(), 16 << 10);
    }

    static byte[] request(String path, byte[] body, int jsonBytes) {
        String head = "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length + "\r\n"
                + (jsonBytes < body.length ? "Inference-Header-Content-Length: " + jsonBytes + "\r\n" : "") + "\r\n";
        byte[] ascii = head.getBytes(StandardCharsets.US_ASCII);
        byte[] request = new byte[ascii.length + body.length];
        System.arraycopy(ascii, 0, request, 0, ascii.length);
        System.arraycopy(body, 0, request, ascii.length, body.length);
        return request;
    }

    /** Sends and reads one answer; returns its body. */
    byte[] call() throws IOException {
        socket.getOutputStream().write(request);
        int length = -1;
        String status = line();
        for (String line = line(); !line.isEmpty(); line = line()) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(15).trim());
            }
        }
        byte[] body = in.readNBytes(length);
        if (!status.contains(" 200 ")) {
            throw new IOException(status + ": " + new String(body, StandardCharsets.UTF_8));
        }
        return body;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder(64);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("connection closed");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
