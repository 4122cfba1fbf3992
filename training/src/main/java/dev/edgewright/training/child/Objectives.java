package dev.edgewright.training.child;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.data.Samples;
import dev.edgewright.training.distill.Distillation;
import dev.edgewright.training.distill.Teacher;
import dev.edgewright.training.tensor.TensorBackend;
import dev.edgewright.training.trainer.Objective;

/** What a job's training makes small, as its data allows: classes, numbers to come near to, a teacher, or a teacher beside classes. */
final class Objectives {

    private Objectives() {}

    static Objective of(TensorBackend backend, TrainingJob job, String output, Graph teacher, Samples samples) {
        if (teacher == null) {
            return samples.targetWidth() > 0 ? Objective.regression(output) : Objective.classification(output);
        }
        TrainingJob.Teaching how = job.distillation() == null ? TrainingJob.Teaching.USUAL : job.distillation();
        if (!(how.weight() > 0 && how.weight() <= 1)) {
            throw new TrainingException(Code.SETTINGS_INVALID, "the teacher's weight must be in (0, 1]");
        }
        Distillation distillation = Distillation.from(teacher(backend, job, teacher), how.temperature());
        String match = how.match() == null ? (samples.labelled() ? "logits" : "cosine") : how.match();
        double weight = samples.labelled() ? how.weight() : 1;
        switch (match) {
            case "logits" -> distillation.logits(output, output, weight);
            case "cosine" -> distillation.embeddings(output, output, weight);
            case "values" -> distillation.features(output, output, weight);
            default ->
                throw new TrainingException(
                        Code.SETTINGS_INVALID,
                        "distillation match " + match + " is unknown; there are logits, cosine, values");
        }
        return samples.labelled() && weight < 1 ? distillation.labels(output, 1 - weight) : distillation;
    }

    /** Jobs learn from outputs alone, so ONNX Runtime answers; kept where samples come again as they were. */
    private static Teacher teacher(TensorBackend backend, TrainingJob job, Graph graph) {
        Teacher teacher = Teacher.inRuntime(backend, graph, job.threads());
        return Views.comeAgain(job) ? teacher.keepingAnswers() : teacher;
    }
}
