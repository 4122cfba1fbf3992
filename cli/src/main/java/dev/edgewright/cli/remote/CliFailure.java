package dev.edgewright.cli.remote;

/**
 * A verb that cannot go on: what happened, and what to do next. The exit codes are part of the command's interface.
 */
public final class CliFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Exit codes, as {@code edgewright --help} lists them. 2 is picocli's for a usage error. */
    public enum Exit {
        /** The request was understood and its outcome is bad: a rollout halted, a model refused. */
        FAILED(1),
        /** The command line or the configuration file is wrong. */
        USAGE(2),
        /** No answer from the controller. */
        UNREACHABLE(3),
        /** No such device, model, rollout or job. */
        NOT_FOUND(4);

        private final int code;

        Exit(int code) {
            this.code = code;
        }

        public int code() {
            return code;
        }
    }

    private final Exit exit;
    private final String hint;

    public CliFailure(Exit exit, String message, String hint) {
        super(message);
        this.exit = exit;
        this.hint = hint == null ? "" : hint;
    }

    public Exit exit() {
        return exit;
    }

    /** The next step for the person who reads it; empty when there is none. */
    public String hint() {
        return hint;
    }
}
