package dev.edgewright.agent.serve;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gathers one request after another from a connection, has it answered on this thread, and writes the answer. */
final class ConnectionHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionHandler.class);

    private final ServeSettings settings;
    private final List<Endpoint> endpoints;
    private final boolean overLimit;
    private GatheredRequest current;
    private boolean refused;

    /** @param overLimit whether this connection is one too many */
    ConnectionHandler(ServeSettings settings, List<Endpoint> endpoints, boolean overLimit) {
        this.settings = settings;
        this.endpoints = endpoints;
        this.overLimit = overLimit;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (!refused) {
                take(context, (HttpObject) message);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void take(ChannelHandlerContext context, HttpObject message) {
        if (message.decoderResult().isFailure()) {
            refuse(context, malformed(message.decoderResult().cause()));
            return;
        }
        if (message instanceof HttpRequest request) {
            begin(context, request);
        }
        if (message instanceof HttpContent content && current != null) {
            if (!current.append(content.content(), settings.maxBodyBytes())) {
                refuse(context, tooLarge());
                return;
            }
            if (content instanceof LastHttpContent) {
                finish(context);
            }
        }
    }

    private void begin(ChannelHandlerContext context, HttpRequest request) {
        if (overLimit) {
            refuse(
                    context,
                    Answer.error(503, "more than " + settings.maxConnections() + " connections")
                            .with("Retry-After", "1"));
            return;
        }
        long length = HttpUtil.getContentLength(request, 0L);
        if (length > settings.maxBodyBytes()) {
            refuse(context, tooLarge());
            return;
        }
        String encoding = request.headers().get(HttpHeaderNames.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            refuse(
                    context,
                    Answer.error(415, "Content-Encoding " + encoding + " is not supported; send the body as it is"));
            return;
        }
        if (HttpUtil.is100ContinueExpected(request)) {
            context.writeAndFlush(new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
        }
        current = new GatheredRequest(request, (int) length, context.alloc());
    }

    private void finish(ChannelHandlerContext context) {
        GatheredRequest request = current;
        current = null;
        try {
            write(
                    context,
                    answer(request),
                    request.keepAlive(),
                    request.method().equals("HEAD"));
        } finally {
            request.release();
        }
    }

    private Answer answer(GatheredRequest request) {
        try {
            Optional<Endpoint> owner =
                    endpoints.stream().filter(e -> e.owns(request.path())).findFirst();
            return owner.map(e -> e.answer(request))
                    .orElseGet(() -> Answer.error(404, "nothing is served at " + request.path()));
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).addKeyValue("path", request.path()).log("request failed");
            return Answer.error(500, "internal error: " + e);
        }
    }

    private Answer tooLarge() {
        return Answer.error(413, "the body is larger than " + settings.maxBodyBytes() + " bytes");
    }

    private Answer malformed(Throwable cause) {
        if (cause instanceof TooLongHttpHeaderException) {
            return Answer.error(431, "the headers are larger than " + settings.maxHeaderBytes() + " bytes");
        }
        if (cause instanceof TooLongHttpLineException) {
            return Answer.error(414, "the request line is too long");
        }
        return Answer.error(400, "not a valid HTTP request: " + cause.getMessage());
    }

    /** Answers and closes: what follows on this connection is not worth reading. */
    private void refuse(ChannelHandlerContext context, Answer answer) {
        refused = true;
        drop();
        write(context, answer, false, false);
    }

    private static void write(ChannelHandlerContext context, Answer answer, boolean keepAlive, boolean head) {
        ByteBuf body = Unpooled.wrappedBuffer(answer.body().toArray(ByteBuffer[]::new));
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status()), head ? Unpooled.EMPTY_BUFFER : body);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, answer.contentType())
                .setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        answer.headers().forEach((name, value) -> response.headers().set(name, value));
        if (keepAlive) {
            context.writeAndFlush(response);
        } else {
            response.headers().set(HttpHeaderNames.CONNECTION, "close");
            context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        drop();
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.atDebug().setCause(cause).log("connection broke");
        context.close();
    }

    private void drop() {
        if (current != null) {
            current.release();
            current = null;
        }
    }
}
