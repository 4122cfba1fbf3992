package dev.edgewright.controller.transfer;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.Want;
import java.util.Collection;

/** Answers wants. Thread-safe; work happens on {@link #tick()}, which its owner calls every few tens of milliseconds. */
public interface TransferService {

    /** Takes a device's want. Unknown blobs and impossible bitmaps are counted and dropped. */
    void onWant(DeviceId device, Want want);

    /**
     * A device is about to be told of files: their first publishing need not wait for anybody else once all who were told have asked. A
     * hint; a device that has all of it already, or never asks, costs no more than the usual gathering.
     */
    void expect(DeviceId device, Collection<Digest> blobs);

    /** Run whenever a want came, on the caller's thread: the next {@link #tick} has something to do. */
    void onWork(Runnable wake);

    /** Publishes what is due now. Returns milliseconds until the next call is useful, at most 1000. */
    long tick();

    /** True while the window of that budget, or of the one for all, has no room left: who waits for bytes is not to blame then. */
    boolean held(String scope);

    TransferStats stats();
}
