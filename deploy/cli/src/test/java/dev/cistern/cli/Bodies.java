package dev.cistern.cli;

/** Answers as docs/http.md shapes them. */
final class Bodies {
    static final String OPERATION = "6f1e0b5c-52a5-4bb4-9f0e-31c4ef1b6c55";
    static final String POOL_ID = "0b9e8a58-6a51-4f8e-b1a9-6a1f8d0f3c11";
    static final String VOLUME_ID = "c3f1a9d2-1b7e-4a53-9f52-7d9a5f0e2b44";

    private Bodies() {}

    /**
     * An operation on a pool or a volume; what has not succeeded when it has ended has a problem.
     */
    static String operation(String target, String state) {
        return operation(OPERATION, target, state, "2026-11-23T12:00:00Z");
    }

    static String operation(String id, String target, String state, String createdAt) {
        return """
        {"id":"%s","kind":"%s","target":{"type":"%s","id":"%s","name":"%s"},"state":"%s","done":%s,
        "stage":"copying","progress":{"bytesDone":1048576,"bytesTotal":4194304},"attempt":1,
        "worker":"node-1","tenant":"acme","actor":"anna","createdAt":"%s",
        "updatedAt":"2026-11-23T12:00:01Z"%s}"""
                .formatted(
                        id,
                        target.equals("pool") ? "StartPool" : "CreateVolume",
                        target,
                        target.equals("pool") ? POOL_ID : VOLUME_ID,
                        target.equals("pool") ? "images" : "web1",
                        state,
                        isEnd(state),
                        createdAt,
                        problem(state));
    }

    private static boolean isEnd(String state) {
        return switch (state) {
            case "succeeded", "failed", "cancelled" -> true;
            default -> false;
        };
    }

    private static String problem(String state) {
        return switch (state) {
            case "failed" ->
                    """
                    ,"problem":{"type":"about:blank","code":"storage-full","title":"The file system is full",\
                    "status":507,"detail":"/images has 10 bytes left","free":10}""";
            case "cancelled" ->
                    """
                    ,"problem":{"type":"about:blank","code":"cancelled","title":"The operation was cancelled",\
                    "status":409,"detail":"anna cancelled it"}""";
            default -> "";
        };
    }

    static String pool(String name, String state) {
        return """
        {"id":"%s","name":"%s","type":"dir","path":"/images","state":"%s","capacity":107374182400,
        "allocation":1073741824,"available":106300440576,"autostart":true,"persistent":true,
        "node":"node-1","epoch":3,"overcommit":10.0,"mode":"0711","owner":0,"group":0}"""
                .formatted(POOL_ID, name, state);
    }

    /** The name is JSON: escapes stay escapes. */
    static String volume(String name) {
        return """
        {"id":"%s","pool":"images","poolId":"%s","name":"%s","path":"/images/%s","format":"qcow2",
        "capacity":21474836480,"allocation":200704,"state":"available","conditions":["busy","drifted"],
        "backingFile":"base.qcow2","backingFormat":"qcow2","mode":"0600","owner":107,"group":108,
        "tenant":"acme","generation":2}"""
                .formatted(VOLUME_ID, POOL_ID, name, name);
    }

    static String page(String... items) {
        return "{\"items\":[%s]}".formatted(String.join(",", items));
    }

    static String pageBefore(String next, String... items) {
        return "{\"items\":[%s],\"next\":\"%s\"}".formatted(String.join(",", items), next);
    }

    static String problem(int status, String code, String title, String detail, String figures) {
        return """
        {"type":"about:blank","code":"%s","title":"%s","status":%d,"detail":"%s"%s}"""
                .formatted(code, title, status, detail, figures);
    }
}
