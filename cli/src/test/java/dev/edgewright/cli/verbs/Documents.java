package dev.edgewright.cli.verbs;

/** Documents as the controller answers them. */
final class Documents {
    static final String HEX_A = "a".repeat(64);
    static final String HEX_B = "b".repeat(64);

    static final String CAMERA = """
            {"id":"cam-1","state":"ONLINE","lastSeen":"2026-11-24T11:59:58Z",
             "class":"aarch64-4c-dotprod","labels":{"site":"berlin"},"agentVersion":"0.1.0","rejected":0,
             "facts":{"arch":"aarch64","cpuModel":"Cortex-A76","cores":4,"intraOpThreads":2,"ramBytes":4000000000,
                      "diskFreeBytes":9000000000,"isa":["asimd","asimddp"],"power":"MAINS","energySensors":["rapl"]},
             "assignments":[{"model":"fashion","state":"COMMITTED","activeVariant":"int8-static",
                      "activeManifest":"%s","why":"fastest of 2 that keep the accuracy","bytesDone":270000,"bytesTotal":270000}],
             "telemetry":[{"model":"fashion","variant":"int8-static","requests":120,"errors":1,"p50Ms":0.4213,"p95Ms":1.5,
                      "joulesPerInference":{"source":"estimated","net":0.00123}}]}""".formatted(HEX_A);

    static final String SILENT = """
            {"id":"cam-2","state":"OFFLINE","labels":{},"assignments":[],"telemetry":[]}""";

    static final String MODEL = """
            {"name":"fashion","dataPresent":%s,"versions":[{"version":"1","digest":"%s","sizeBytes":1080000,"opset":17,
             "parameters":270000,"importedAt":"2026-11-24T11:58:00Z","operators":{"Conv":19,"Relu":20},
             "inputs":[{"name":"image","datatype":"FP32","shape":[-1,1,28,28]}],
             "outputs":[{"name":"logits","datatype":"FP32","shape":[-1,10]}]}]%s}""";

    static final String INT8 = """
            {"digest":"%s","model":"fashion","version":"1","variant":"int8-static","recipe":"int8-static","sizeBytes":280000,
             "chunks":3,"accuracy":{"metric":"top1","value":0.9312,"low":0.921,"high":0.941,"samples":2048,"agreement":0.99},
             "latency":{"p50Ms":0.8,"p95Ms":1.1},"requiresIsa":["avx2"],"lineage":["quantize(int8, 512 samples)"],
             "fasterThanOriginal":true}""".formatted(HEX_B);

    private Documents() {}

    static String model(boolean data, String job) {
        return MODEL.formatted(data, HEX_A, job == null ? "" : ",\"job\":\"" + job + "\"");
    }

    static String job(String state, double progress) {
        return """
                {"id":"7","kind":"variants","state":"%s","progress":%s,"step":"quantize","model":"fashion",
                 "createdAt":"2026-11-24T11:59:00Z"%s}""".formatted(
                        state, progress, state.equals("FAILED") ? ",\"error\":\"DATA_SHAPE: images are 27 wide\"" : "");
    }

    static String rollout(String state, int committed, int failed) {
        String counts = "{\"total\":3,\"waiting\":%d,\"running\":0,\"committed\":%d,\"failed\":%d}"
                .formatted(3 - committed - failed, committed, failed);
        return """
                {"id":"r-1","model":"fashion","version":"1","variant":"auto","state":"%s","reason":"as asked","progress":0.5,
                 "createdAt":"2026-11-24T11:59:00Z","counts":%s,
                 "waves":[{"index":0,"state":"DONE","size":1,"progress":1.0,"counts":%s,"devices":[
                 {"id":"cam-1","state":"COMMITTED","progress":1.0,"variant":"int8-static","why":"fastest"}]},
                 {"index":1,"state":"RUNNING","size":2,"progress":0.25,"counts":%s,"devices":[
                 {"id":"cam-2","state":"FETCHING","progress":0.5},{"id":"cam-3","state":"FAILED","error":"DISK_FULL"}]}],
                 "history":[{"sequence":1,"at":"2026-11-24T11:59:30Z","kind":"wave","who":"controller",
                 "words":"1 of 1 committed"}]}""".formatted(state, counts, counts, counts);
    }
}
