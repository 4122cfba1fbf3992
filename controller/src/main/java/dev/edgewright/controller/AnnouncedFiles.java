package dev.edgewright.controller;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.File;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.controller.catalog.CatalogService;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.rollout.DesiredPublisher;
import dev.edgewright.controller.transfer.TransferService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Publishes desired states, and tells the transfer before which files the devices that are online will soon ask for: then it begins as soon
 * as the last of them has asked.
 */
final class AnnouncedFiles implements DesiredPublisher {

    /** A whole wave is offered the same few manifests. */
    private static final int REMEMBERED = 64;

    private final DesiredPublisher publisher;
    private final FleetService fleet;
    private final CatalogService catalog;
    private final Supplier<TransferService> transfer;
    private final Map<ByteString, List<Digest>> known = new ConcurrentHashMap<>();

    AnnouncedFiles(
            DesiredPublisher publisher,
            FleetService fleet,
            CatalogService catalog,
            Supplier<TransferService> transfer) {
        this.publisher = publisher;
        this.fleet = fleet;
        this.catalog = catalog;
        this.transfer = transfer;
    }

    @Override
    public CompletionStage<Void> publish(DeviceId device, Signed desired) {
        if (fleet.get(device).filter(Device::online).isPresent()) {
            transfer.get().expect(device, files(desired));
        }
        return publisher.publish(device, desired);
    }

    /** The files of what is new in this desired state, in the order in which a device asks for them. */
    private List<Digest> files(Signed desired) {
        List<Digest> files = new ArrayList<>();
        try {
            DesiredState state = DesiredState.parseFrom(desired.getPayload());
            state.getAssignmentsList().stream()
                    .filter(assignment -> assignment.getSequence() == state.getSequence() && assignment.hasManifest())
                    .map(assignment -> assignment.getManifest().getPayload())
                    .forEach(manifest -> files.addAll(files(manifest)));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("a desired state that the controller signed does not parse", e);
        }
        return files;
    }

    private List<Digest> files(ByteString manifest) {
        if (known.size() > REMEMBERED) {
            known.clear();
        }
        return known.computeIfAbsent(
                manifest,
                payload -> catalog.variant(Digest.of(payload))
                        .map(variant -> files(variant.manifest()))
                        .orElse(List.of()));
    }

    private static List<Digest> files(Manifest manifest) {
        List<Digest> files = new ArrayList<>();
        add(files, manifest.getGraph());
        if (manifest.hasGolden()) {
            add(files, manifest.getGolden());
        }
        return files;
    }

    private static void add(List<Digest> files, File file) {
        files.add(Digest.ofBytes(file.getIndexDigest()));
        files.add(Digest.ofBytes(file.getDigest()));
    }
}
