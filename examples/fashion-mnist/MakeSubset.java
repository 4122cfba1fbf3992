import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Cuts the small data set of this folder out of the full Fashion-MNIST.
 *
 * <pre>java examples/fashion-mnist/MakeSubset.java [FULL] [OUT]</pre>
 *
 * FULL holds the four IDX files as Debian's package {@code dataset-fashion-mnist} installs them (the default is its
 * folder); their content is checked against pinned MD5 sums first. OUT is this folder unless named. The result is always
 * the same: training images 0..511 (calibration) and 57952..59999 (validation) in one pair of files, test images 0..999
 * in another.
 */
public final class MakeSubset {
    /** Half-open ranges of the training set, in the order in which they are written. */
    private static final List<int[]> TRAIN = List.of(new int[] {0, 512}, new int[] {57_952, 60_000});

    private static final List<int[]> TEST = List.of(new int[] {0, 1000});

    private MakeSubset() {}

    public static void main(String[] args) throws Exception {
        Path full = Path.of(args.length > 0 ? args[0] : "/usr/share/datasets/fashion-mnist");
        Path out = Path.of(args.length > 1 ? args[1] : "examples/fashion-mnist");
        Files.createDirectories(out);
        cut(full, "train-images-idx3-ubyte.gz", "f4a8712d7a061bf5bd6d2ca38dc4d50a", TRAIN, out, "train-images.idx3-ubyte.gz");
        cut(full, "train-labels-idx1-ubyte.gz", "9018921c3c673c538a1fc5bad174d6f9", TRAIN, out, "train-labels.idx1-ubyte.gz");
        cut(full, "t10k-images-idx3-ubyte.gz", "8181f5470baa50b63fa0f6fddb340f0a", TEST, out, "test-images.idx3-ubyte.gz");
        cut(full, "t10k-labels-idx1-ubyte.gz", "15d484375f8d13e6eb1aabb0c3f46965", TEST, out, "test-labels.idx1-ubyte.gz");
    }

    private static void cut(Path full, String from, String md5, List<int[]> ranges, Path out, String to) throws Exception {
        byte[] idx = unzip(full.resolve(from));
        String found = md5(idx);
        if (!found.equals(md5)) {
            throw new IOException(full.resolve(from) + " has MD5 " + found + " when decompressed, expected " + md5);
        }
        byte[] subset = take(idx, ranges);
        try (GZIPOutputStream zip = new GZIPOutputStream(Files.newOutputStream(out.resolve(to)))) {
            zip.write(subset);
        }
        System.out.println(to + "  md5 of its content " + md5(subset));
    }

    /** Items of an IDX file: magic (its last byte is the number of dimensions), sizes, then the bytes of each item. */
    private static byte[] take(byte[] idx, List<int[]> ranges) throws IOException {
        DataInputStream header = new DataInputStream(new java.io.ByteArrayInputStream(idx));
        int magic = header.readInt();
        int dimensions = magic & 0xff;
        header.readInt(); // number of items, replaced below
        int[] sizes = new int[dimensions - 1];
        int item = 1;
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = header.readInt();
            item *= sizes[i];
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(bytes);
        data.writeInt(magic);
        data.writeInt(ranges.stream().mapToInt(r -> r[1] - r[0]).sum());
        for (int size : sizes) {
            data.writeInt(size);
        }
        int start = 4 + 4 * dimensions;
        for (int[] range : ranges) {
            data.write(idx, start + range[0] * item, (range[1] - range[0]) * item);
        }
        return bytes.toByteArray();
    }

    private static byte[] unzip(Path file) throws IOException {
        try (InputStream in = new GZIPInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            return in.readAllBytes();
        }
    }

    private static String md5(byte[] content) throws NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
    }
}
