package dev.edgewright.benchmarks.agent;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What no server on this machine can be below: one thread, one kept connection, a blocking read of as many bytes as a request has, an answer
 * of as many bytes as the agent's. It reads no header and checks nothing.
 */
final class SocketFloor implements AutoCloseable {
    /** As long as the agent's: an answer of 32 floats behind a JSON part of about 330 bytes. */
    private static final int ANSWER_BODY_BYTES = 460;

    /** What is done with the floats of a request. */
    interface Work {
        void run(FloatBuffer x) throws Exception;
    }

    private final ServerSocket listening;
    private final int requestBytes;
    private final int tensorAt;
    private final Work work;

    /**
     * @param requestBytes of a whole request, head and body
     * @param tensorAt where its floats begin
     */
    SocketFloor(int requestBytes, int tensorAt, Work work) throws IOException {
        this.listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        this.requestBytes = requestBytes;
        this.tensorAt = tensorAt;
        this.work = work;
        Thread thread = new Thread(this::serve, "socket-floor");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return listening.getLocalPort();
    }

    private void serve() {
        byte[] body = new byte[ANSWER_BODY_BYTES];
        byte[] head =
                ("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] answer = new byte[head.length + body.length];
        System.arraycopy(head, 0, answer, 0, head.length);
        byte[] request = new byte[requestBytes];
        ByteBuffer tensor = ByteBuffer.allocateDirect(requestBytes - tensorAt).order(ByteOrder.LITTLE_ENDIAN);
        try (Socket socket = listening.accept()) {
            socket.setTcpNoDelay(true);
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            while (in.readNBytes(request, 0, requestBytes) == requestBytes) {
                tensor.clear().put(request, tensorAt, requestBytes - tensorAt).flip();
                work.run(tensor.asFloatBuffer());
                out.write(answer);
            }
        } catch (SocketException e) {
            // closed
        } catch (Exception e) {
            throw new IllegalStateException("the floor gave way", e);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
