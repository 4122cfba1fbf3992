package dev.edgewright.agent.serve;

import dev.edgewright.common.error.EdgewrightException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP/1.1 server for few callers who want short answers: a request runs on the thread that read it, without a hand-over to another.
 * There are as many such threads as requests may run at once, made when first needed, and a new connection goes to the one with the
 * fewest.
 */
public final class HttpListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);

    /** One arena of 1 MiB chunks: few callers, small device. Larger bodies get memory of their own. */
    private static final int PAGE_BYTES = 8 << 10;

    private static final int CHUNK_ORDER = 7;

    /** A connection that says nothing for so long is closed; it may also be one that never ends its request. */
    private static final int SILENCE_SECONDS = 300;

    private final MultiThreadIoEventLoopGroup accepting;
    private final MultiThreadIoEventLoopGroup answering;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Channel listening;

    /** Binds and serves at once. Throws {@code ADDRESS_IN_USE} when the address cannot be had. */
    HttpListener(ServeSettings settings, List<Endpoint> endpoints) {
        accepting = group(1, "http-accept");
        answering = new MultiThreadIoEventLoopGroup(
                settings.concurrency(),
                new io.netty.util.concurrent.ThreadPerTaskExecutor(new DefaultThreadFactory("http", true)),
                FewestConnections.FACTORY,
                NioIoHandler.newFactory());
        ByteBufAllocator memory = new PooledByteBufAllocator(true, 0, 1, PAGE_BYTES, CHUNK_ORDER, 64, 16, true);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(accepting, answering)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 128)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOCATOR, memory)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        channel.pipeline()
                                .addLast(new ReadTimeoutHandler(SILENCE_SECONDS))
                                .addLast(new HttpServerCodec(new HttpDecoderConfig()
                                        .setMaxInitialLineLength(4096)
                                        .setMaxHeaderSize(settings.maxHeaderBytes())
                                        .setMaxChunkSize(64 << 10)))
                                .addLast(new ConnectionHandler(
                                        settings, endpoints, connections.size() > settings.maxConnections()));
                    }
                });
        try {
            listening = bootstrap.bind(settings.host(), settings.port()).sync().channel();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(settings, e);
        } catch (Exception e) {
            throw unavailable(settings, e);
        }
        LOG.atInfo()
                .addKeyValue("host", settings.host())
                .addKeyValue("port", port())
                .log("listening");
    }

    private EdgewrightException unavailable(ServeSettings settings, Exception cause) {
        accepting.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        answering.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        return EdgewrightException.resource(
                "ADDRESS_IN_USE",
                "cannot listen on " + settings.host() + ":" + settings.port() + ": " + cause.getMessage(),
                cause);
    }

    private static MultiThreadIoEventLoopGroup group(int threads, String name) {
        return new MultiThreadIoEventLoopGroup(
                threads, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
    }

    /** The port that was bound, also when a free one was asked for. */
    public int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /** Takes no more connections, lets running requests finish for up to two seconds, and ends. */
    @Override
    public void close() {
        listening.close().awaitUninterruptibly();
        connections.close();
        accepting.shutdownGracefully(0, 2, TimeUnit.SECONDS);
        answering.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
