package dev.edgewright.compression.data.format;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Decodes one picture file (PNG, JPEG, GIF or BMP, told by its content) and prepares it. */
final class ImageFile {

    private static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg", "gif", "bmp");

    /** A larger picture is a mistake or an attack: it would take over 400 MB. */
    private static final long MOST_PIXELS = 100_000_000;

    private ImageFile() {}

    /** Whether a file's name ends as a picture's does. */
    static boolean isNamedLikeOne(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return !name.startsWith(".") && ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1));
    }

    /** @throws CompressionException DATA_INVALID, naming the file and what is wrong with it */
    static Pixels read(Path file, ImagePreparation preparation) {
        Pixels image = Pixels.of(decode(file), preparation.colours());
        Pixels sized = resize(image, preparation);
        if (preparation.crop().isEmpty()) {
            return sized;
        }
        ImageSize crop = preparation.crop().get();
        if (sized.height() < crop.height() || sized.width() < crop.width()) {
            throw bad(
                    file,
                    "is " + sized.height() + " x " + sized.width() + ", too small for the crop of " + crop.height()
                            + " x " + crop.width() + "; resize it first",
                    null);
        }
        return sized.window(
                Math.round((sized.height() - crop.height()) / 2f),
                Math.round((sized.width() - crop.width()) / 2f),
                crop.height(),
                crop.width(),
                0);
    }

    private static BufferedImage decode(Path file) {
        try (InputStream in = Files.newInputStream(file);
                MemoryCacheImageInputStream stream = new MemoryCacheImageInputStream(in)) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
            if (!readers.hasNext()) {
                throw bad(file, "is no PNG, JPEG, GIF or BMP picture; remove it", null);
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(stream, true, true);
                long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
                if (pixels > MOST_PIXELS) {
                    throw bad(file, "has " + pixels + " pixels, more than the " + MOST_PIXELS + " that are read", null);
                }
                return reader.read(0);
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException e) {
            if (e instanceof CompressionException known) {
                throw known;
            }
            throw bad(file, "cannot be decoded: " + (e.getMessage() == null ? e.toString() : e.getMessage()), e);
        }
    }

    private static CompressionException bad(Path file, String what, Exception cause) {
        return new CompressionException(Code.DATA_INVALID, "picture " + file + " " + what, cause);
    }

    private static Pixels resize(Pixels image, ImagePreparation preparation) {
        if (preparation.resize() == ImagePreparation.Resize.NONE) {
            return image;
        }
        ImageSize size = preparation.size().orElseThrow();
        double tall = (double) size.height() / image.height();
        double wide = (double) size.width() / image.width();
        return switch (preparation.resize()) {
            case SHORTEST -> scaled(image, Math.max(tall, wide), preparation);
            case FIT -> {
                Pixels inside = scaled(image, Math.min(tall, wide), preparation);
                yield inside.window(
                        (inside.height() - size.height()) / 2,
                        (inside.width() - size.width()) / 2,
                        size.height(),
                        size.width(),
                        preparation.padding());
            }
            default -> sized(image, size.height(), size.width(), preparation);
        };
    }

    private static Pixels scaled(Pixels image, double scale, ImagePreparation preparation) {
        return sized(
                image,
                Math.max(1, (int) Math.round(image.height() * scale)),
                Math.max(1, (int) Math.round(image.width() * scale)),
                preparation);
    }

    private static Pixels sized(Pixels image, int height, int width, ImagePreparation preparation) {
        return preparation.interpolation() == ImagePreparation.Interpolation.NEAREST
                ? Resampler.nearest(image, height, width)
                : Resampler.bilinear(image, height, width);
    }
}
