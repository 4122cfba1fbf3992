package dev.edgewright.cli.chaos;

/** What goes wrong; the number says how often, against the others. */
enum ChaosFault {
    AGENT_KILLED(3),
    CONTROLLER_KILLED(2),
    BROKER_STOPPED(3),
    BROKER_KILLED(2),
    DATABASE_LOCKED(4),
    DEVICES_CUT(5),
    CONTROLLER_CUT(4),
    MESSAGES_REPEATED(6),
    CLOCKS_JUMP(4);

    final int weight;

    ChaosFault(int weight) {
        this.weight = weight;
    }

    static ChaosFault draw(java.util.Random random) {
        int all = 0;
        for (ChaosFault fault : values()) {
            all += fault.weight;
        }
        int left = random.nextInt(all);
        for (ChaosFault fault : values()) {
            left -= fault.weight;
            if (left < 0) {
                return fault;
            }
        }
        throw new IllegalStateException("no fault has a weight");
    }
}
