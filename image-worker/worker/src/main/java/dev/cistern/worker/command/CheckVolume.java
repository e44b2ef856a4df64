package dev.cistern.worker.command;

import dev.cistern.common.message.CheckFigures;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.CheckReport;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.OpenGate;
import dev.cistern.image.VmdkImages;
import dev.cistern.image.qcow2.Qcow2Checker;
import dev.cistern.image.storage.Access;
import dev.cistern.worker.folder.JournalEntry.Intent;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks an image and repairs what it may. A repair leaves what a guest reads as it is, and can be
 * done again from wherever it was cut off; so nothing needs to be undone or remembered.
 */
final class CheckVolume implements VolumeHandler<Command.CheckVolume> {

    @Override
    public List<String> crashPoints() {
        return List.of("intent", "check");
    }

    @Override
    public Result apply(Command.CheckVolume command, VolumeWork volume) throws IOException {
        var file = ImageFile.of(command, volume);
        requireCheckable(file);
        volume.work().stage("checking");
        var report = report(command, file, volume);
        volume.work().crashPoint("check");
        return new Result.VolumeChecked(command.volumeId(), file.facts(), figures(report));
    }

    @Override
    public @Nullable Result settle(Command.CheckVolume command, VolumeWork volume) {
        return null;
    }

    private static void requireCheckable(ImageFile file) {
        if (file.format() == ImageFormat.RAW) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED,
                    "%s is a raw image, which has nothing that could be checked"
                            .formatted(file.file().name()));
        }
    }

    private static CheckReport report(
            Command.CheckVolume command, ImageFile file, VolumeWork volume) throws IOException {
        var repair = repair(command.repair());
        if (repair != CheckReport.Repair.NONE) {
            volume.intend(new Intent(volume.work().attempt(), List.of(file.file())));
        }
        volume.requireLeave();
        if (file.format() == ImageFormat.VMDK) {
            return VmdkImages.check(
                    file.folder(), file.file().name(), OpenGate.folder(file.folder()), repair);
        }
        var access = repair == CheckReport.Repair.NONE ? Access.READ : Access.READ_WRITE;
        try (var storage = file.hold(access)) {
            return Qcow2Checker.check(storage, repair);
        }
    }

    private static CheckReport.Repair repair(Command.Repair repair) {
        return switch (repair) {
            case NONE -> CheckReport.Repair.NONE;
            case LEAKS -> CheckReport.Repair.LEAKS;
            case ALL -> CheckReport.Repair.ALL;
        };
    }

    private static CheckFigures figures(CheckReport report) {
        return new CheckFigures(
                report.corruptions(),
                report.leaks(),
                report.checkErrors(),
                report.corruptionsFixed(),
                report.leaksFixed(),
                report.imageEndOffset(),
                report.totalClusters(),
                report.allocatedClusters(),
                report.fragmentedClusters(),
                report.compressedClusters(),
                report.findings());
    }
}
