package dev.cistern.img;

import dev.cistern.image.CheckReport;
import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.OpenGate;
import dev.cistern.image.VmdkImages;
import dev.cistern.image.qcow2.Qcow2Checker;
import dev.cistern.image.storage.Access;
import java.io.IOException;

/** {@code check}: whether an image's metadata are as they must be. */
final class CheckCommand implements Command {
    private static final int CANNOT_BE_CHECKED = 63;

    @Override
    public Options.Known known() {
        return new Options.Known(
                "hf:r:T:qU",
                "help=h",
                "format:=f",
                "repair:=r",
                "output:",
                "object:",
                "image-opts",
                "force-share=U");
    }

    @Override
    public int run(Console console, Options options) throws Failure, IOException {
        var repair = repair(options);
        var file = options.onlyFile();
        var output = Output.of(options);
        CacheMode.require("source cache", options.last("T"));
        var secrets = SecretObjects.of(console, options);
        var access = repair == Repair.NONE ? Access.READ : Access.READ_WRITE;
        var opening = new Opening(console, secrets);
        var name = opening.settled(ImageName.of(console, options, file), access);
        var report =
                switch (Opening.format(name)) {
                    case QCOW2 -> check(console, opening, name, repair, access);
                    case VMDK -> checkVmdk(console, opening, name, repair);
                    case RAW ->
                            throw Failure.of("This image format does not support checks")
                                    .withStatus(CANNOT_BE_CHECKED);
                };
        if (!options.has("q")) {
            print(console, output, name, report);
        }
        return status(report);
    }

    private static Repair repair(Options options) throws Failure {
        var mode = options.last("r");
        return switch (mode.orElse("")) {
            case "leaks" -> Repair.LEAKS;
            case "all" -> Repair.ALL;
            case "" -> Repair.NONE;
            default ->
                    throw Failure.ofUsage(
                            "Unknown option value for -r (expecting 'leaks' or 'all'): %s"
                                    .formatted(mode.orElseThrow()));
        };
    }

    private static CheckReport check(
            Console console, Opening opening, ImageName name, Repair repair, Access access)
            throws Failure {
        try (var file = opening.file(name, access)) {
            opening.requireBelow(name);
            var found = Qcow2Checker.check(file, Repair.NONE);
            found.findings().forEach(finding -> console.err().print(finding + "\n"));
            return repair == Repair.NONE ? found : Qcow2Checker.check(file, repair);
        } catch (IOException e) {
            throw Reasons.ofOpening(name, false, e);
        }
    }

    private static CheckReport checkVmdk(
            Console console, Opening opening, ImageName name, Repair repair) throws Failure {
        try (var place = Place.of(name.path())) {
            opening.requireBelow(name);
            var gate = OpenGate.anywhere();
            var found = VmdkImages.check(place.folder(), place.file(), gate, Repair.NONE);
            found.findings().forEach(finding -> console.err().print(finding + "\n"));
            return repair == Repair.NONE
                    ? found
                    : VmdkImages.check(place.folder(), place.file(), gate, repair);
        } catch (IOException e) {
            throw Reasons.ofOpening(name, false, e);
        }
    }

    private static void print(Console console, Output output, ImageName name, CheckReport report) {
        switch (output) {
            case HUMAN -> console.out().print(human(report));
            case JSON -> console.out().print(Json.pretty(json(name, report)) + "\n");
        }
    }

    private static String human(CheckReport report) {
        var text = new StringBuilder();
        if (report.corruptionsFixed() > 0 || report.leaksFixed() > 0) {
            text.append(
                    """
                    The following inconsistencies were found and repaired:

                        %d leaked clusters
                        %d corruptions

                    Double checking the fixed image now...
                    """
                            .formatted(report.leaksFixed(), report.corruptionsFixed()));
        }
        text.append(verdict(report));
        if (report.totalClusters() != 0 && report.allocatedClusters() != 0) {
            text.append(
                    "%d/%d = %.2f%% allocated, %.2f%% fragmented, %.2f%% compressed clusters\n"
                            .formatted(
                                    report.allocatedClusters(),
                                    report.totalClusters(),
                                    report.allocatedClusters() * 100.0 / report.totalClusters(),
                                    report.fragmentedClusters()
                                            * 100.0
                                            / report.allocatedClusters(),
                                    report.compressedClusters()
                                            * 100.0
                                            / report.allocatedClusters()));
        }
        if (report.imageEndOffset() > 0) {
            text.append("Image end offset: %d\n".formatted(report.imageEndOffset()));
        }
        return text.toString();
    }

    private static String verdict(CheckReport report) {
        if (report.clean()) {
            return "No errors were found on the image.\n";
        }
        var text = new StringBuilder();
        if (report.corruptions() > 0) {
            text.append(
                    """

                    %d errors were found on the image.
                    Data may be corrupted, or further writes to the image may corrupt it.
                    """
                            .formatted(report.corruptions()));
        }
        if (report.leaks() > 0) {
            text.append(
                    """

                    %d leaked clusters were found on the image.
                    This means waste of disk space, but no harm to data.
                    """
                            .formatted(report.leaks()));
        }
        if (report.checkErrors() > 0) {
            text.append(
                    "\n%d internal errors have occurred during the check.\n"
                            .formatted(report.checkErrors()));
        }
        return text.toString();
    }

    private static Json.Members json(ImageName name, CheckReport report) {
        return new Json.Members()
                .put("filename", name.display())
                .put("format", Opening.format(name).text())
                .put("check-errors", report.checkErrors())
                .putUnlessZero("image-end-offset", report.imageEndOffset())
                .putUnlessZero("corruptions", report.corruptions())
                .putUnlessZero("leaks", report.leaks())
                .putUnlessZero("corruptions-fixed", report.corruptionsFixed())
                .putUnlessZero("leaks-fixed", report.leaksFixed())
                .putUnlessZero("total-clusters", report.totalClusters())
                .putUnlessZero("allocated-clusters", report.allocatedClusters())
                .putUnlessZero("fragmented-clusters", report.fragmentedClusters())
                .putUnlessZero("compressed-clusters", report.compressedClusters());
    }

    /** qemu-img(1), "check". */
    private static int status(CheckReport report) {
        if (report.checkErrors() > 0) {
            return 1;
        }
        if (report.corruptions() > 0) {
            return 2;
        }
        return report.leaks() > 0 ? 3 : 0;
    }
}
