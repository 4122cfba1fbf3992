package dev.edgewright.common.signing;

/** What a signature was made for. It is signed with the payload, so a signed manifest can never pass for a desired state. */
public final class Contexts {

    /** A {@code Manifest}, signed with the catalog key. */
    public static final String MANIFEST = "edgewright/v1/manifest";

    /** A {@code DesiredState}, signed with the fleet key. */
    public static final String DESIRED = "edgewright/v1/desired";

    /** A {@code TrialState}, signed with the fleet key. */
    public static final String TRIAL = "edgewright/v1/trial";

    private Contexts() {}
}
