package dev.edgewright.controller.transfer;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.Want;

/** Answers wants. Thread-safe; work happens on {@link #tick()}, which its owner calls every few tens of milliseconds. */
public interface TransferService {

    /** Takes a device's want. Unknown blobs and impossible bitmaps are counted and dropped. */
    void onWant(DeviceId device, Want want);

    /** Publishes what is due now. Returns milliseconds until the next call is useful, at most 1000. */
    long tick();

    TransferStats stats();
}
