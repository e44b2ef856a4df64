package dev.cistern.cli;

import dev.cistern.cli.fleet.Events;
import dev.cistern.cli.fleet.NodeForget;
import dev.cistern.cli.fleet.NodeList;
import dev.cistern.cli.operation.OpCancel;
import dev.cistern.cli.operation.OpInfo;
import dev.cistern.cli.operation.OpList;
import dev.cistern.cli.operation.OpWait;
import dev.cistern.cli.pool.PoolAutostart;
import dev.cistern.cli.pool.PoolBuild;
import dev.cistern.cli.pool.PoolCapabilities;
import dev.cistern.cli.pool.PoolCreate;
import dev.cistern.cli.pool.PoolCreateAs;
import dev.cistern.cli.pool.PoolDefine;
import dev.cistern.cli.pool.PoolDefineAs;
import dev.cistern.cli.pool.PoolDelete;
import dev.cistern.cli.pool.PoolDumpXml;
import dev.cistern.cli.pool.PoolEdit;
import dev.cistern.cli.pool.PoolEvent;
import dev.cistern.cli.pool.PoolImport;
import dev.cistern.cli.pool.PoolInfo;
import dev.cistern.cli.pool.PoolList;
import dev.cistern.cli.pool.PoolNameOf;
import dev.cistern.cli.pool.PoolSet;
import dev.cistern.cli.pool.PoolStart;
import dev.cistern.cli.pool.PoolUndefine;
import dev.cistern.cli.pool.PoolUuid;
import dev.cistern.cli.pool.PoolWork;
import dev.cistern.cli.snapshot.SnapshotCreateAs;
import dev.cistern.cli.snapshot.SnapshotDelete;
import dev.cistern.cli.snapshot.SnapshotInfo;
import dev.cistern.cli.snapshot.SnapshotList;
import dev.cistern.cli.snapshot.SnapshotRevert;
import dev.cistern.cli.volume.OrphanAdopt;
import dev.cistern.cli.volume.OrphanList;
import dev.cistern.cli.volume.OrphanWork;
import dev.cistern.cli.volume.VolCheck;
import dev.cistern.cli.volume.VolClone;
import dev.cistern.cli.volume.VolConvert;
import dev.cistern.cli.volume.VolCreate;
import dev.cistern.cli.volume.VolCreateAs;
import dev.cistern.cli.volume.VolCreateFrom;
import dev.cistern.cli.volume.VolDelete;
import dev.cistern.cli.volume.VolDownload;
import dev.cistern.cli.volume.VolDumpXml;
import dev.cistern.cli.volume.VolGraph;
import dev.cistern.cli.volume.VolInfo;
import dev.cistern.cli.volume.VolKey;
import dev.cistern.cli.volume.VolLabel;
import dev.cistern.cli.volume.VolList;
import dev.cistern.cli.volume.VolMove;
import dev.cistern.cli.volume.VolNameOf;
import dev.cistern.cli.volume.VolPath;
import dev.cistern.cli.volume.VolPool;
import dev.cistern.cli.volume.VolPreflight;
import dev.cistern.cli.volume.VolRename;
import dev.cistern.cli.volume.VolRepair;
import dev.cistern.cli.volume.VolResize;
import dev.cistern.cli.volume.VolRestore;
import dev.cistern.cli.volume.VolSecret;
import dev.cistern.cli.volume.VolUpload;
import dev.cistern.cli.volume.VolWipe;
import dev.cistern.cli.volume.VolWork;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;

/** All verbs by name. Building one takes reflection, so only those needed are built. */
final class Verbs {
    private static final String COMPLETION = "completion";
    private static final Map<String, Supplier<CommandLine>> ALL = all();

    private Verbs() {}

    private static Map<String, Supplier<CommandLine>> all() {
        var all = new LinkedHashMap<String, Supplier<CommandLine>>();
        all.put("pool-define", () -> new CommandLine(new PoolDefine()));
        all.put("pool-define-as", () -> new CommandLine(new PoolDefineAs()));
        all.put("pool-create", () -> new CommandLine(new PoolCreate()));
        all.put("pool-create-as", () -> new CommandLine(new PoolCreateAs()));
        all.put("pool-build", () -> new CommandLine(new PoolBuild()));
        all.put("pool-start", () -> new CommandLine(new PoolStart()));
        all.put("pool-drain", PoolWork::drain);
        all.put("pool-destroy", PoolWork::destroy);
        all.put("pool-delete", () -> new CommandLine(new PoolDelete()));
        all.put("pool-autostart", () -> new CommandLine(new PoolAutostart()));
        all.put("pool-edit", () -> new CommandLine(new PoolEdit()));
        all.put("pool-set", () -> new CommandLine(new PoolSet()));
        all.put("pool-import", () -> new CommandLine(new PoolImport()));
        all.put("pool-name", () -> new CommandLine(new PoolNameOf()));
        all.put("pool-uuid", () -> new CommandLine(new PoolUuid()));
        all.put("pool-event", () -> new CommandLine(new PoolEvent()));
        all.put("pool-capabilities", () -> new CommandLine(new PoolCapabilities()));
        all.put("pool-undefine", () -> new CommandLine(new PoolUndefine()));
        all.put("pool-list", () -> new CommandLine(new PoolList()));
        all.put("pool-info", () -> new CommandLine(new PoolInfo()));
        all.put("pool-refresh", PoolWork::refresh);
        all.put("pool-dumpxml", () -> new CommandLine(new PoolDumpXml()));
        all.put("vol-create", () -> new CommandLine(new VolCreate()));
        all.put("vol-create-as", () -> new CommandLine(new VolCreateAs()));
        all.put("vol-create-from", () -> new CommandLine(new VolCreateFrom()));
        all.put("vol-list", () -> new CommandLine(new VolList()));
        all.put("vol-info", () -> new CommandLine(new VolInfo()));
        all.put("vol-dumpxml", () -> new CommandLine(new VolDumpXml()));
        all.put("vol-resize", () -> new CommandLine(new VolResize()));
        all.put("vol-check", () -> new CommandLine(new VolCheck()));
        all.put("vol-repair", () -> new CommandLine(new VolRepair()));
        all.put("vol-clone", () -> new CommandLine(new VolClone()));
        all.put("vol-convert", () -> new CommandLine(new VolConvert()));
        all.put("vol-move", () -> new CommandLine(new VolMove()));
        all.put("vol-flatten", VolWork::flatten);
        all.put("vol-commit", VolWork::commit);
        all.put("vol-compact", VolWork::compact);
        all.put("vol-wipe", () -> new CommandLine(new VolWipe()));
        all.put("vol-download", () -> new CommandLine(new VolDownload()));
        all.put("vol-upload", () -> new CommandLine(new VolUpload()));
        all.put("vol-rename", () -> new CommandLine(new VolRename()));
        all.put("vol-label", () -> new CommandLine(new VolLabel()));
        all.put("vol-secret", () -> new CommandLine(new VolSecret()));
        all.put("vol-graph", () -> new CommandLine(new VolGraph()));
        all.put("vol-preflight", () -> new CommandLine(new VolPreflight()));
        all.put("vol-restore", () -> new CommandLine(new VolRestore()));
        all.put("vol-delete", () -> new CommandLine(new VolDelete()));
        all.put("vol-key", () -> new CommandLine(new VolKey()));
        all.put("vol-name", () -> new CommandLine(new VolNameOf()));
        all.put("vol-path", () -> new CommandLine(new VolPath()));
        all.put("vol-pool", () -> new CommandLine(new VolPool()));
        all.put("snapshot-create-as", () -> new CommandLine(new SnapshotCreateAs()));
        all.put("snapshot-list", () -> new CommandLine(new SnapshotList()));
        all.put("snapshot-info", () -> new CommandLine(new SnapshotInfo()));
        all.put("snapshot-revert", () -> new CommandLine(new SnapshotRevert()));
        all.put("snapshot-delete", () -> new CommandLine(new SnapshotDelete()));
        all.put("orphan-list", () -> new CommandLine(new OrphanList()));
        all.put("orphan-adopt", () -> new CommandLine(new OrphanAdopt()));
        all.put("orphan-quarantine", OrphanWork::quarantine);
        all.put("orphan-purge", OrphanWork::purge);
        all.put("op-list", () -> new CommandLine(new OpList()));
        all.put("op-info", () -> new CommandLine(new OpInfo()));
        all.put("op-wait", () -> new CommandLine(new OpWait()));
        all.put("op-cancel", () -> new CommandLine(new OpCancel()));
        all.put("events", () -> new CommandLine(new Events()));
        all.put("node-list", () -> new CommandLine(new NodeList()));
        all.put("node-forget", () -> new CommandLine(new NodeForget()));
        all.put(COMPLETION, () -> new CommandLine(new Completion()));
        return all;
    }

    /** Adds the verb that the arguments begin with, or all if they do not or it is about all. */
    static void add(CommandLine line, String... arguments) {
        var first = arguments.length == 0 ? "" : arguments[0];
        if (ALL.containsKey(first) && !first.equals(COMPLETION)) {
            line.addSubcommand(first, ALL.get(first).get());
        } else {
            ALL.forEach((name, verb) -> line.addSubcommand(name, verb.get()));
        }
    }
}
