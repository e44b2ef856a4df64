package dev.cistern.worker.command;

import dev.cistern.common.message.CheckFigures;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.CheckReport;
import dev.cistern.image.ImageFormat;
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
        if (file.format() != ImageFormat.QCOW2) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED,
                    "%s is a %s image; only qcow2 images can be checked"
                            .formatted(file.file().name(), file.format().text()));
        }
    }

    private static CheckReport report(
            Command.CheckVolume command, ImageFile file, VolumeWork volume) throws IOException {
        var reading = command.repair() == Command.Repair.NONE;
        try (var storage = file.hold(reading ? Access.READ : Access.READ_WRITE)) {
            if (!reading) {
                volume.intend(new Intent(volume.work().attempt(), List.of(file.file())));
            }
            volume.requireLeave();
            return Qcow2Checker.check(storage, repair(command.repair()));
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
