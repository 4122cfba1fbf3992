package dev.edgewright.controller.coap;

import java.io.IOException;

/** Bytes that are read in parts. */
interface Content {
    long size();

    /** Up to 8 bytes that differ when the content does. */
    byte[] tag();

    /** @param length may reach beyond the end; what is there is returned */
    byte[] read(long offset, int length) throws IOException;

    /** Content that is in memory. */
    static Content of(byte[] bytes, byte[] tag) {
        return new Content() {
            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public byte[] tag() {
                return tag;
            }

            @Override
            public byte[] read(long offset, int length) {
                int from = (int) Math.min(offset, bytes.length);
                return java.util.Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + length));
            }
        };
    }
}
