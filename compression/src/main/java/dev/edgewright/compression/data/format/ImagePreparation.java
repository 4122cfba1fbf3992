package dev.edgewright.compression.data.format;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import java.util.Optional;

/**
 * How a picture becomes the numbers that a model was trained on, apart from scale, mean and std.
 *
 * @param resize how it reaches its size
 * @param size what it is resized to; for {@code SHORTEST} both numbers are the length of the shorter side
 * @param interpolation what stands between pixels
 * @param crop the part in the middle that is kept
 * @param colours the channels and their order
 * @param channelsFirst true for C, H, W, false for H, W, C
 * @param padding the value (0..255) around a picture that {@code FIT} made smaller than the size
 */
public record ImagePreparation(
        Resize resize,
        Optional<ImageSize> size,
        Interpolation interpolation,
        Optional<ImageSize> crop,
        Colours colours,
        boolean channelsFirst,
        int padding) {

    /** How a picture reaches its size. */
    public enum Resize {
        /** Not at all: every picture must have the size already. */
        NONE,
        /** Both sides to the size, whatever becomes of the proportions. */
        STRETCH,
        /** The shorter side to the size, proportions kept; a crop makes all pictures equal. */
        SHORTEST,
        /** The whole picture within the size, proportions kept, the rest filled. */
        FIT
    }

    /** What stands between pixels. */
    public enum Interpolation {
        /** Weighted by distance; averages over all covered pixels when the picture shrinks. */
        BILINEAR,
        /** The closest pixel. */
        NEAREST
    }

    /** The channels and their order. */
    public enum Colours {
        RGB,
        BGR,
        /** One channel: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601). */
        GRAY;

        int channels() {
            return this == GRAY ? 1 : 3;
        }
    }

    /** @throws CompressionException DATA_INVALID when a size is missing or makes no sense */
    public ImagePreparation {
        if (resize != Resize.NONE && size.isEmpty()) {
            throw invalid("resize " + resize.name().toLowerCase(java.util.Locale.ROOT) + " needs a size");
        }
        if (resize == Resize.SHORTEST && crop.isEmpty()) {
            throw invalid("resize shortest leaves pictures of different sizes; add a crop");
        }
        size.ifPresent(ImagePreparation::positive);
        crop.ifPresent(ImagePreparation::positive);
        if (padding < 0 || padding > 255) {
            throw invalid("pad must lie within 0..255, not " + padding);
        }
    }

    private static void positive(ImageSize size) {
        if (size.height() < 1 || size.width() < 1 || (long) size.height() * size.width() > 1 << 26) {
            throw invalid("an image size of " + size.height() + " x " + size.width() + " makes no sense");
        }
    }

    private static CompressionException invalid(String message) {
        return new CompressionException(Code.DATA_INVALID, message);
    }

    /** The size of every prepared picture, when it does not depend on the picture. */
    Optional<ImageSize> result() {
        return crop.isPresent() ? crop : resize == Resize.NONE ? Optional.empty() : size;
    }
}
