package dev.edgewright.compression.data.format;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.Tensor;
import java.util.List;

/** The class of each picture by the name of its folder: [samples], the place of the name among the classes. */
public final class FolderClasses implements Column {

    private final Pictures.Folder pictures;
    private final List<String> classes;

    /** @param classes the names in the order of the model's scores; the folders' names, sorted, when empty */
    public FolderClasses(Pictures.Folder pictures, List<String> classes) {
        this.pictures = pictures;
        this.classes = classes.isEmpty() ? pictures.classes() : List.copyOf(classes);
        for (String folder : pictures.classes()) {
            if (!this.classes.contains(folder)) {
                throw new CompressionException(
                        Code.LABEL_OUT_OF_RANGE,
                        "folder " + pictures.root().resolve(folder) + " is none of the classes " + this.classes);
            }
        }
    }

    @Override
    public long count() {
        return pictures.count();
    }

    @Override
    public Reader open(long from) {
        Pictures.Listing listing = pictures.open(from);
        return new Reader() {
            @Override
            public Tensor next(int samples) {
                long[] labels = new long[samples];
                for (int i = 0; i < samples; i++) {
                    labels[i] = classes.indexOf(pictures.classOf(listing.next()));
                }
                return Tensor.ofLongs("labels", labels, samples);
            }

            @Override
            public void close() {
                listing.close();
            }
        };
    }
}
