package dev.edgewright.compression.data;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.compression.data.format.CsvTable;
import dev.edgewright.compression.data.format.Pictures;
import dev.edgewright.compression.data.format.TextColumn;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The files that a data.yaml names: each opened once, kept inside the folder where that is asked for, and counted into the digest. */
final class DataFiles {

    private final Path folder;
    private final boolean confined;
    private final Set<Path> files = new TreeSet<>();
    private final Map<String, CsvTable> tables = new HashMap<>();
    private final Map<Path, Pictures.Folder> folders = new HashMap<>();
    private final Map<String, HuggingFaceTokenizer> tokenizers = new HashMap<>();

    DataFiles(Path folder, boolean confined) {
        this.folder = folder;
        this.confined = confined;
    }

    boolean confined() {
        return confined;
    }

    /** The folder that names start from. */
    Path folder() {
        return folder;
    }

    /** A file by its name in data.yaml; the gzipped one when only that is there. */
    Path file(String what, String named) {
        Path file = path(what, named);
        Path gzipped = file.resolveSibling(file.getFileName() + ".gz");
        Path present = !Files.exists(file) && Files.exists(gzipped) ? gzipped : file;
        files.add(present);
        return present;
    }

    /** A file or folder by its name in data.yaml. */
    Path path(String what, String named) {
        if (named.isEmpty()) {
            throw Keys.bad(what + " names no file");
        }
        Path file = folder.resolve(named).normalize();
        if (confined && (Path.of(named).isAbsolute() || !file.startsWith(folder.normalize()))) {
            throw Keys.bad(what + " names " + named + ", which is outside the data's folder");
        }
        return file;
    }

    /** A CSV table; {@code delimiter} and {@code header} come from the same place in data.yaml as the name. */
    CsvTable table(String what, String named, JsonNode spec) {
        String delimiter = spec.path("delimiter").asText(",");
        if (delimiter.length() != 1) {
            throw Keys.bad(what + ": delimiter must be one character, not '" + delimiter + "'");
        }
        boolean header = spec.path("header").asBoolean(true);
        Path file = file(what, named);
        return tables.computeIfAbsent(
                file + delimiter + header, key -> CsvTable.open(file, delimiter.charAt(0), header));
    }

    /** A folder with one folder of pictures for each class. */
    Pictures.Folder pictures(String what, String named) {
        Path root = path(what, named);
        return folders.computeIfAbsent(root, key -> {
            Pictures.Folder found = Pictures.folder(root);
            files.addAll(found.files());
            return found;
        });
    }

    HuggingFaceTokenizer tokenizer(String what, String named, int maxLength) {
        Path json = file(what, named);
        return tokenizers.computeIfAbsent(json + "/" + maxLength, key -> TextColumn.tokenizer(json, maxLength));
    }

    /** SHA-256 over the description and the content of all files, in the order of their names. */
    String digest(Path yaml) throws IOException {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(Files.readAllBytes(yaml));
            for (Path file : files) {
                try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha)) {
                    in.transferTo(OutputStream.nullOutputStream());
                }
            }
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
