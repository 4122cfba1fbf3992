package dev.edgewright.agent.serve;

import dev.edgewright.agent.inference.ModelMetadata;

/** How version and variant together stand in {@code model_version}: {@code 3-int8-static}. */
final class ServedVersion {
    private ServedVersion() {}

    static String of(String version, String variant) {
        if (version.isEmpty()) {
            return variant.isEmpty() ? "1" : variant;
        }
        return variant.isEmpty() ? version : version + "-" + variant;
    }

    /** Whether a caller who asked for {@code asked} means this: the version, whatever the variant, or both. */
    static boolean matches(String asked, String version, String variant) {
        return asked.equals(version) || asked.equals(of(version, variant));
    }

    static boolean matches(String asked, ModelMetadata served) {
        return matches(asked, served.version(), served.variant());
    }
}
