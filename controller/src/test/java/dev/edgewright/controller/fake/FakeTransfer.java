package dev.edgewright.controller.fake;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.Want;
import dev.edgewright.controller.transfer.TransferService;
import dev.edgewright.controller.transfer.TransferStats;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps the wants that came. */
public final class FakeTransfer implements TransferService {
    public final List<Want> wants = new CopyOnWriteArrayList<>();

    @Override
    public void onWant(DeviceId device, Want want) {
        wants.add(want);
    }

    @Override
    public void expect(DeviceId device, Collection<Digest> blobs) {
        // nothing is gathered here
    }

    @Override
    public void onWork(Runnable wake) {
        // nobody waits here
    }

    @Override
    public long tick() {
        return 1000;
    }

    @Override
    public boolean held(String scope) {
        return false;
    }

    @Override
    public TransferStats stats() {
        return new TransferStats(0, 0, wants.size(), 0, 0, 0, Map.of(), Map.of());
    }
}
