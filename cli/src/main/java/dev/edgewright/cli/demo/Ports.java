package dev.edgewright.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Port files that servers write once they listen. */
final class Ports {
    private Ports() {}

    /** The port, or empty where the file is not there yet. */
    static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
