package dev.cistern.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.partner.Libvirtd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verbs that docs/virsh.md marks, given to virsh and to Cistern: the same comes of them. */
final class VirshVerbsTest {
    private static final String POOL = "cistern-verbs";
    private static final String BY_FILE = "cistern-by-file";
    private static final String ID = "c7b2d6e0-0e57-4a0d-8d5b-6d0f5f9d7a11";
    private static final List<String> SIDES = List.of("libvirt", "cistern");

    @TempDir private static Path data;
    @TempDir private static Path folders;
    private static Libvirtd libvirtd;
    private static OneProcess cistern;

    @BeforeAll
    static void start() throws Exception {
        for (var side : SIDES) {
            Files.createDirectory(folders.resolve(side));
        }
        libvirtd = Libvirtd.start(Files.createDirectory(folders.resolve("libvirtd")));
        cistern = OneProcess.on(data);
    }

    @AfterAll
    static void stop() throws Exception {
        if (cistern != null) {
            cistern.close();
        }
        if (libvirtd != null) {
            libvirtd.close();
        }
    }

    /** What a verb came to, for virsh and for Cistern. */
    private record Both(Judge.Run libvirt, Judge.Run ours) {
        Both succeeds() {
            assertThat(libvirt.status()).as(libvirt.output()).isZero();
            assertThat(ours.status()).as(ours.output()).isZero();
            return this;
        }

        void fails() {
            assertThat(libvirt.status()).as(libvirt.output()).isNotZero();
            assertThat(ours.status()).as(ours.output()).isNotZero();
        }

        /** What the pattern's group matches is the same, but for blanks and kinds of quotes. */
        Both agreesOn(String pattern) {
            assertThat(found(ours, pattern)).as(ours.output()).isEqualTo(found(libvirt, pattern));
            assertThat(found(libvirt, pattern)).as(libvirt.output()).isNotEmpty();
            return this;
        }

        private static List<String> found(Judge.Run run, String pattern) {
            return Pattern.compile(pattern, Pattern.MULTILINE)
                    .matcher(run.output())
                    .results()
                    .map(match -> match.group(1).strip().replaceAll(" +", " ").replace('"', '\''))
                    .sorted()
                    .toList();
        }
    }

    /** Runs a verb on both sides; FOLDER in a word is the folder of the side. */
    private static Both both(String line) throws Exception {
        return new Both(virsh(words(line, "libvirt")), client(words(line, "cistern")));
    }

    private static String[] words(String line, String side) {
        return line.replace("FOLDER", folders.resolve(side).toString()).split(" ", -1);
    }

    private static Judge.Run virsh(String[] words) throws Exception {
        var run = libvirtd.run(words);
        return new Judge.Run(run.status(), run.output());
    }

    private static Judge.Run client(String[] words) {
        return Client.run(cistern.address(), words);
    }

    private static Path pool(String side) {
        return folders.resolve(side).resolve("pool");
    }

    /** Name, mode, format and capacity of the files in a side's pool. */
    private static Map<String, String> files(String side) throws Exception {
        var found = new TreeMap<String, String>();
        try (var files = Files.list(pool(side))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var info = Judge.info(file);
                found.put(
                        String.valueOf(file.getFileName()),
                        "%s %s %s"
                                .formatted(
                                        mode(file),
                                        info.get("format").asText(),
                                        info.get("virtual-size").asText()));
            }
        }
        return found;
    }

    private static String mode(Path file) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static void theFilesAre(String... names) throws Exception {
        assertThat(files("cistern")).isEqualTo(files("libvirt"));
        assertThat(files("libvirt")).containsOnlyKeys(names);
    }

    @Test
    void whatVirshDoesCisternDoes() throws Exception {
        both("pool-define-as %s dir --target FOLDER/pool".formatted(POOL)).succeeds();
        both("pool-start " + POOL).fails();
        both("pool-build " + POOL).succeeds();
        both("pool-build %s --overwrite".formatted(POOL)).fails();
        assertThat(mode(pool("cistern"))).isEqualTo(mode(pool("libvirt")));
        both("pool-start " + POOL).succeeds();
        both("pool-start " + POOL).fails();
        both("pool-autostart " + POOL).succeeds();
        both("pool-info %s --bytes".formatted(POOL))
                .succeeds()
                .agreesOn("^((Name|State|Persistent|Autostart|Capacity): +\\S+)");
        both("pool-list --all --name").succeeds().agreesOn("^(%s)\\s*$".formatted(POOL));
        both("pool-list --autostart").succeeds().agreesOn("^ *(%s +active +yes)".formatted(POOL));
        both("pool-autostart %s --disable".formatted(POOL)).succeeds();
        both("pool-list").succeeds().agreesOn("^ *(%s +active +no)".formatted(POOL));
        both("pool-dumpxml " + POOL)
                .succeeds()
                .agreesOn(
                        "(<name>.*</name>|<pool type=.dir.>|<capacity .*>|<mode>.*|<owner>.*|<group>.*)");
        theVolumesAreTheSame();
        theEndIsTheSame();
    }

    private static void theVolumesAreTheSame() throws Exception {
        for (var side : SIDES) {
            Judge.qemuImgCreate(pool(side), "-f", "raw", "raw.img", "3M");
            Judge.qemuImgCreate(pool(side), "-f", "qcow2", "disk.qcow2", "7M");
            Judge.qemuImgCreate(pool(side), "-f", "vmdk", "old.vmdk", "5M");
            volumeXml(side, "xml.qcow2", 4);
            volumeXml(side, "from.qcow2", 2);
        }
        both("pool-refresh " + POOL).succeeds();
        both("vol-list " + POOL).succeeds().agreesOn("^ *((?:raw|disk|old)\\.\\S+) +/");
        both("vol-create-as %s new.raw 2M".formatted(POOL)).succeeds();
        both("vol-create-as %s new.qcow2 9M --format qcow2".formatted(POOL)).succeeds();
        both("vol-create-as %s new.raw 2M".formatted(POOL)).fails();
        both("vol-create %s FOLDER/xml.qcow2.xml".formatted(POOL)).succeeds();
        both("vol-create-from %s FOLDER/from.qcow2.xml new.raw --inputpool %s"
                        .formatted(POOL, POOL))
                .succeeds();
        both("vol-clone new.raw copy.raw --pool " + POOL).succeeds();
        both("vol-resize new.raw 6M --pool " + POOL).succeeds();
        both("vol-resize disk.qcow2 1M --delta --pool " + POOL).succeeds();
        both("vol-resize raw.img 1M --pool " + POOL).fails();
        both("vol-resize raw.img 1M --shrink --pool " + POOL).succeeds();
        both("vol-wipe copy.raw --algorithm zero --pool " + POOL).succeeds();
        theFilesAre(
                "raw.img",
                "disk.qcow2",
                "old.vmdk",
                "new.raw",
                "new.qcow2",
                "xml.qcow2",
                "from.qcow2",
                "copy.raw");
        for (var volume : files("libvirt").keySet()) {
            both("vol-info --bytes %s %s".formatted(volume, POOL))
                    .succeeds()
                    .agreesOn("^((Name|Type|Capacity): +.*)$");
            both("vol-dumpxml %s %s".formatted(volume, POOL))
                    .succeeds()
                    .agreesOn("(<name>.*</name>|<capacity .*|<format .*|<mode>.*|<owner>.*)");
        }
        for (var verb : List.of("vol-path", "vol-key")) {
            both(verb + " raw.img --pool " + POOL).succeeds().agreesOn("(/pool/raw.img)\\s*$");
        }
        theContentsAreTheSame();
        both("vol-name FOLDER/pool/raw.img").succeeds().agreesOn("^(\\S+)");
        both("vol-pool FOLDER/pool/raw.img").succeeds().agreesOn("^(\\S+)");
        both("vol-delete new.raw --pool " + POOL).succeeds();
        both("vol-delete new.raw --pool " + POOL).fails();
        theFilesAre(
                "raw.img",
                "disk.qcow2",
                "old.vmdk",
                "new.qcow2",
                "xml.qcow2",
                "from.qcow2",
                "copy.raw");
    }

    /** Uploaded, in part too, and downloaded again. */
    private static void theContentsAreTheSame() throws Exception {
        for (var side : SIDES) {
            var folder = folders.resolve(side);
            var content = new byte[2 << 20];
            new Random(7).nextBytes(content);
            Files.write(folder.resolve("up.raw"), content);
            Files.write(folder.resolve("up.part"), Arrays.copyOf(content, 8192));
            Judge.output(folder, "qemu-img", "convert", "-O", "qcow2", "up.raw", "up.qcow2");
        }
        both("vol-upload copy.raw FOLDER/up.raw --pool " + POOL).succeeds();
        both("vol-upload new.qcow2 FOLDER/up.qcow2 --pool " + POOL).succeeds();
        both("vol-upload raw.img FOLDER/up.part --offset 4096 --length 8192 --pool " + POOL)
                .succeeds();
        both("vol-upload raw.img FOLDER/none --pool " + POOL).fails();
        both("vol-download copy.raw FOLDER/down.raw --sparse --pool " + POOL).succeeds();
        both("vol-download new.qcow2 FOLDER/down.qcow2 --pool " + POOL).succeeds();
        both("vol-download raw.img FOLDER/part.raw --offset 4000 --length 9000 --pool " + POOL)
                .succeeds();
        both("vol-download none FOLDER/none --pool " + POOL).fails();
        both("pool-refresh " + POOL).succeeds();
        for (var file : List.of("down.raw", "part.raw", "pool/raw.img", "pool/copy.raw")) {
            assertThat(folders.resolve("cistern").resolve(file))
                    .hasSameBinaryContentAs(folders.resolve("libvirt").resolve(file));
        }
        for (var side : SIDES) {
            Judge.output(folders.resolve(side), "qemu-img", "compare", "down.qcow2", "up.raw");
            Judge.output(folders.resolve(side), "qemu-img", "compare", "pool/new.qcow2", "up.raw");
        }
        for (var volume : List.of("copy.raw", "new.qcow2", "raw.img")) {
            both("vol-info --bytes %s %s".formatted(volume, POOL))
                    .succeeds()
                    .agreesOn("^((Name|Type|Capacity): +.*)$");
        }
    }

    private static void volumeXml(String side, String name, int mebibytes) throws Exception {
        Files.writeString(
                folders.resolve(side).resolve(name + ".xml"),
                """
                <volume>
                  <name>%s</name>
                  <capacity unit='MiB'>%d</capacity>
                  <target><format type='qcow2'/><permissions><mode>0640</mode></permissions></target>
                </volume>
                """
                        .formatted(name, mebibytes));
    }

    private static void theEndIsTheSame() throws Exception {
        both("pool-delete " + POOL).fails();
        both("pool-destroy " + POOL).succeeds();
        both("pool-destroy " + POOL).fails();
        both("pool-delete " + POOL).fails();
        both("pool-start " + POOL).succeeds();
        for (var volume : files("libvirt").keySet()) {
            both("vol-delete %s --pool %s".formatted(volume, POOL)).succeeds();
        }
        both("pool-destroy " + POOL).succeeds();
        both("pool-delete " + POOL).succeeds();
        for (var side : SIDES) {
            assertThat(pool(side)).doesNotExist();
        }
        both("pool-list --inactive --name").succeeds().agreesOn("^(%s)\\s*$".formatted(POOL));
        both("pool-undefine " + POOL).succeeds();
        both("pool-info " + POOL).fails();
    }

    @Test
    void definitionsInFilesComeToTheSame() throws Exception {
        for (var side : SIDES) {
            Files.writeString(
                    folders.resolve(side).resolve("pool.xml"),
                    """
                    <pool type='dir'>
                      <name>%s</name>
                      <uuid>%s</uuid>
                      <target>
                        <path>%s</path>
                        <permissions><mode>0750</mode><owner>0</owner><group>0</group></permissions>
                      </target>
                    </pool>
                    """
                            .formatted(BY_FILE, ID, folders.resolve(side).resolve("by-file")));
        }
        both("pool-define FOLDER/pool.xml").succeeds();
        both("pool-name " + ID).succeeds().agreesOn("^(\\S+)");
        both("pool-uuid " + BY_FILE).succeeds().agreesOn("^(\\S+)");
        both("pool-dumpxml " + BY_FILE)
                .succeeds()
                .agreesOn("(<(?:name|uuid|mode|owner|group)>.*</)");
        both("pool-undefine " + BY_FILE).succeeds();
        both("pool-create FOLDER/pool.xml --build").succeeds();
        for (var side : SIDES) {
            assertThat(mode(folders.resolve(side).resolve("by-file"))).isEqualTo("rwxr-x---");
        }
        both("pool-list --name").succeeds().agreesOn("^(%s)\\s*$".formatted(BY_FILE));
        both("pool-destroy " + BY_FILE).succeeds();
    }
}
