package dev.edgewright.controller.coap;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.controller.catalog.BlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.californium.core.CoapResource;
import org.eclipse.californium.core.coap.BlockOption;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.MediaTypeRegistry;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.server.resources.CoapExchange;
import org.eclipse.californium.core.server.resources.Resource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code blobs/{hex}} and {@code blobs/{hex}/{i}}. Every block is cut here and on its own (RFC 7959, section 2.4): the
 * server keeps no transfer, so a device goes on at any block after any pause.
 */
final class BlobResource extends CoapResource {
    private static final Logger LOG = LoggerFactory.getLogger(BlobResource.class);
    private static final int LARGEST_BLOCK_SZX = 6; // 1024 bytes
    private static final int MOST_BLOCKS = 1 << 20; // the option's number has 20 bits
    private static final int FRAMES = 64;
    private static final int TAG_BYTES = 8;

    private final BlobStore blobs;
    private final Sender sender;
    private final Silence silence;
    private final Map<String, byte[]> frames = new LinkedHashMap<>(FRAMES, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, byte[]> eldest) {
            return size() > FRAMES;
        }
    };

    BlobResource(BlobStore blobs, Sender sender, Silence silence) {
        super("blobs");
        this.blobs = blobs;
        this.sender = sender;
        this.silence = silence;
    }

    /** The digest and the number of the chunk are no resources of their own. */
    @Override
    public Resource getChild(String name) {
        return this;
    }

    @Override
    public void handleGET(CoapExchange exchange) {
        sender.of(exchange.advanced().getRequest()).ifPresent(silence::broken);
        var path = exchange.getRequestOptions().getUriPath();
        try {
            var content = content(path.subList(2, path.size()));
            if (content.isEmpty()) {
                exchange.respond(ResponseCode.NOT_FOUND, "there is no such blob");
                return;
            }
            exchange.respond(block(exchange, content.get()));
        } catch (EdgewrightException e) {
            exchange.respond(
                    e.kind() == EdgewrightException.Kind.CALLER
                            ? ResponseCode.NOT_FOUND
                            : ResponseCode.SERVICE_UNAVAILABLE,
                    e.getMessage());
        } catch (IOException e) {
            LOG.atError().setCause(e).log("a blob cannot be read");
            exchange.respond(ResponseCode.SERVICE_UNAVAILABLE, "the blob cannot be read");
        }
    }

    private Optional<Content> content(java.util.List<String> path) {
        if (path.isEmpty() || path.size() > 2 || !Digest.isHex(path.get(0))) {
            return Optional.empty();
        }
        var digest = Digest.ofHex(path.get(0));
        if (path.size() == 1) {
            var size = blobs.size(digest);
            return size.isEmpty() ? Optional.empty() : Optional.of(new Plain(blobs, digest, size.getAsLong()));
        }
        if (!path.get(1).matches("\\d{1,6}")) {
            return Optional.empty();
        }
        int index = Integer.parseInt(path.get(1));
        var tag =
                Arrays.copyOf(Digest.of((path.get(0) + "/" + index).getBytes()).bytes(), TAG_BYTES);
        return Optional.of(Content.of(frame(digest, index), tag));
    }

    /** A frame is asked for block by block; it is compressed once. */
    private byte[] frame(Digest digest, int index) {
        var key = digest.hex() + "/" + index;
        synchronized (frames) {
            var known = frames.get(key);
            if (known != null) {
                return known;
            }
        }
        var frame = blobs.openChunk(digest, index);
        synchronized (frames) {
            frames.put(key, frame);
        }
        return frame;
    }

    private static Response block(CoapExchange exchange, Content content) throws IOException {
        var asked = exchange.getRequestOptions().getBlock2();
        int szx = asked == null ? LARGEST_BLOCK_SZX : Math.min(asked.getSzx(), LARGEST_BLOCK_SZX);
        int size = BlockOption.szx2Size(szx);
        int number = asked == null ? 0 : asked.getOffset() / size;
        if (content.size() > (long) MOST_BLOCKS * size) {
            return refusal(ResponseCode.BAD_OPTION, "the blob has more blocks of this size than RFC 7959 can number");
        }
        long offset = (long) number * size;
        if (offset >= content.size() && content.size() > 0) {
            return refusal(ResponseCode.BAD_OPTION, "block " + number + " is beyond the end");
        }
        var response = new Response(ResponseCode.CONTENT);
        response.setPayload(content.read(offset, size));
        response.getOptions()
                .setContentFormat(MediaTypeRegistry.APPLICATION_OCTET_STREAM)
                .addETag(content.tag())
                .setBlock2(szx, offset + size < content.size(), number);
        if (number == 0 && content.size() <= Integer.MAX_VALUE) {
            response.getOptions().setSize2((int) content.size());
        }
        return response;
    }

    private static Response refusal(ResponseCode code, String words) {
        var response = new Response(code);
        response.setPayload(words);
        return response;
    }

    /** A whole blob on disk. */
    private record Plain(BlobStore blobs, Digest digest, long size) implements Content {
        @Override
        public byte[] tag() {
            return Arrays.copyOf(digest.bytes(), TAG_BYTES);
        }

        @Override
        public byte[] read(long offset, int length) throws IOException {
            try (SeekableByteChannel channel = blobs.openBlob(digest)) {
                channel.position(offset);
                var buffer = ByteBuffer.allocate((int) Math.min(length, size - offset));
                while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                    // until the block is full or the blob ends
                }
                return Arrays.copyOf(buffer.array(), buffer.position());
            }
        }
    }
}
