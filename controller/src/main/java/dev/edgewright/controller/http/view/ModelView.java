package dev.edgewright.controller.http.view;

import dev.edgewright.common.protocol.v1.TensorSpec;
import dev.edgewright.controller.catalog.Model;
import dev.edgewright.controller.catalog.ModelVersion;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Schema {@code Model}. */
public record ModelView(
        String name, String createdAt, boolean dataPresent, Data data, List<Version> versions, String job) {

    public static ModelView of(Model model) {
        var newestFirst = new java.util.ArrayList<>(model.versions());
        java.util.Collections.reverse(newestFirst);
        return new ModelView(
                model.name().value(),
                Text.time(model.versions().get(0).importedAt()),
                model.data().isPresent(),
                model.data()
                        .map(d -> new Data(d.digest().hex(), d.bytes(), d.files(), Text.time(d.putAt())))
                        .orElse(null),
                newestFirst.stream().map(Version::of).toList(),
                null);
    }

    public ModelView withJob(String id) {
        return new ModelView(name, createdAt, dataPresent, data, versions, id);
    }

    /** Schema {@code ModelData}. */
    public record Data(String digest, long sizeBytes, int files, String putAt) {}

    /** Schema {@code ModelVersion}. */
    public record Version(
            String version,
            String digest,
            long sizeBytes,
            String importedAt,
            int opset,
            long parameters,
            Map<String, Integer> operators,
            List<Spec> inputs,
            List<Spec> outputs) {
        static Version of(ModelVersion version) {
            return new Version(
                    version.version(),
                    version.digest().hex(),
                    version.bytes(),
                    Text.time(version.importedAt()),
                    version.opset(),
                    version.parameters(),
                    new TreeMap<>(version.operators()),
                    version.inputs().stream().map(Spec::of).toList(),
                    version.outputs().stream().map(Spec::of).toList());
        }
    }

    /** Schema {@code TensorSpec}. */
    public record Spec(String name, String datatype, List<Long> shape) {
        static Spec of(TensorSpec spec) {
            return new Spec(spec.getName(), spec.getDatatype(), spec.getShapeList());
        }
    }
}
