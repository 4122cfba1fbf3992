package dev.edgewright.common.protocol;

/** What is taken at most, of everything. Both sides check; docs/protocol.md states the same numbers, and a test compares them. */
public final class Limits {

    // Encoded bytes of a whole message.
    public static final int PRESENCE_BYTES = 1024;
    public static final int HELLO_BYTES = 64 * 1024;
    public static final int DESIRED_BYTES = 512 * 1024;
    public static final int REPORTED_BYTES = 64 * 1024;
    public static final int TELEMETRY_BYTES = 64 * 1024;
    public static final int WANT_BYTES = 16 * 1024;
    public static final int TRIALED_BYTES = 128 * 1024;
    public static final int MANIFEST_BYTES = 64 * 1024;
    public static final int CHUNK_INDEX_BYTES = 2 * 1024 * 1024;
    public static final int GOLDEN_SET_BYTES = 16 * 1024 * 1024;

    /** Plain bytes of one chunk. */
    public static final int CHUNK_BYTES = 256 * 1024;

    /** Payload on {@code blobs/{digest}/{i}} for a content chunk: one zstd frame. */
    public static final int CHUNK_FRAME_BYTES = 300 * 1024;

    /** Payload on {@code blobs/{index digest}/0}: the one zstd frame that may be larger. */
    public static final int INDEX_FRAME_BYTES = CHUNK_INDEX_BYTES + 16 * 1024;

    /** What an MQTT client must be able to receive. */
    public static final int MQTT_PACKET_BYTES = INDEX_FRAME_BYTES + 1024;

    // Entries.
    public static final int MODELS = 64;
    public static final int HELD_MANIFESTS = 64;
    public static final int PROBES = 256;
    public static final int LABELS = 64;
    public static final int ISA = 64;
    public static final int SENSORS = 64;
    public static final int PROVIDERS = 32;
    public static final int TENSORS = 256;
    public static final int RANK = 16;
    public static final int LINEAGE = 256;
    public static final int METADATA = 64;
    public static final int SESSION_CONFIG = 64;
    public static final int GOLDEN_CASES = 256;
    public static final int ENERGY_SOURCES = 8;
    public static final int TRIAL_CANDIDATES = 16;
    public static final int TRIAL_RESULTS = 128;
    public static final int OPERATORS = 64;
    public static final int SKETCH_BUCKETS = 4096;
    /** Chunks of one blob: what a chunk index of its bound can list, and half again what 2 GiB have on average. */
    public static final int CHUNKS = 49_152;

    // Characters of a string.
    public static final int TEXT = 128;
    public static final int LONG_TEXT = 4096;

    // Numbers.
    /** Bytes of one blob: 2 GiB, as protobuf bounds an ONNX file. */
    public static final long BLOB_BYTES = 1L << 31;

    /** Observations in one sketch, so that a controller can add up a few million of them. */
    public static final long SKETCH_COUNT = 1L << 40;

    public static final int CORES = 4096;
    public static final long MEMORY_BYTES = 1L << 50;
    public static final int WATCH_SECONDS = 7 * 24 * 3600;
    public static final int MEASURE_MS = 10 * 60 * 1000;
    public static final int WINDOW_MS = 24 * 3600 * 1000;

    private Limits() {}
}
