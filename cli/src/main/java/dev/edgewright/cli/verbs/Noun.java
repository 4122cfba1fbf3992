package dev.edgewright.cli.verbs;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that only groups verbs: alone it prints its help. */
abstract class Noun implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** A mistake in the arguments that picocli cannot see. */
    ParameterException usage(String message) {
        CommandLine line = spec.commandLine();
        return new ParameterException(line, message);
    }
}
