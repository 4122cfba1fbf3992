package dev.edgewright.agent.serve;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A request as its pieces arrive. The body is laid out so that binary tensors, which begin behind the JSON part, begin on a boundary of 64
 * bytes: ONNX Runtime then reads them where they lie.
 */
final class GatheredRequest implements Request {
    private static final int ALIGNMENT = 64;
    /** Memory that a mere Content-Length gets; beyond it the body grows as it arrives. */
    private static final int TRUSTED_LENGTH = 4 << 20;

    private final String method;
    private final String path;
    private final HttpHeaders headers;
    private final boolean keepAlive;
    private final ByteBufAllocator memory;
    private final List<ByteBuf> held = new ArrayList<>(2);
    private final ByteBuf body;

    GatheredRequest(HttpRequest request, int contentLength, ByteBufAllocator memory) {
        this.method = request.method().equals(HttpMethod.POST)
                ? "POST"
                : request.method().name();
        this.path = pathOf(request.uri());
        this.headers = request.headers();
        this.keepAlive = HttpUtil.isKeepAlive(request);
        this.memory = memory;
        this.body = memory.directBuffer(Math.min(contentLength, TRUSTED_LENGTH) + ALIGNMENT);
        held.add(body);
        int padding = padding();
        body.setIndex(padding, padding);
    }

    private int padding() {
        String json = headers.get(InferenceResponseWriter.HEADER_LENGTH);
        if (json == null || !body.hasMemoryAddress()) {
            return 0;
        }
        try {
            return (int) Math.floorMod(-(body.memoryAddress() + Integer.parseInt(json.trim())), (long) ALIGNMENT);
        } catch (NumberFormatException e) {
            return 0; // refused when the request is read
        }
    }

    /** Adds a piece; false when the body has grown beyond its limit. */
    boolean append(ByteBuf piece, int maxBodyBytes) {
        if (body.readableBytes() + piece.readableBytes() > maxBodyBytes) {
            return false;
        }
        body.writeBytes(piece);
        return true;
    }

    boolean keepAlive() {
        return keepAlive;
    }

    void release() {
        held.forEach(ByteBuf::release);
        held.clear();
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    @Override
    public ByteBuffer body() {
        return body.nioBuffer();
    }

    @Override
    public ByteBuffer scratch(int bytes) {
        ByteBuf buffer = memory.directBuffer(Math.max(1, bytes));
        held.add(buffer);
        return buffer.nioBuffer(0, bytes);
    }

    private static String pathOf(String uri) {
        int end = uri.indexOf('?');
        return end < 0 ? uri : uri.substring(0, end);
    }
}
