package dev.edgewright.compression.data.format;

import dev.edgewright.compression.graph.Tensor;
import java.io.Closeable;

/** One input (or the labels) over all samples of a file, read in order. */
public interface Column {

    /** How many samples the file holds. */
    long count();

    /** Starts reading at a sample. */
    Reader open(long from);

    /** A position in the file. */
    interface Reader extends Closeable {

        /** The next samples as one tensor [samples, ...]; the caller never asks beyond the count. */
        Tensor next(int samples);

        @Override
        void close();
    }
}
