package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.image.DiskImage;
import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.worker.transfer.Transfers;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The handler of each command on a volume: a command without one does not compile. */
final class VolumeHandlers {
    private final CreateVolume createVolume = new CreateVolume();
    private final CloneVolume cloneVolume = new CloneVolume();
    private final InStead<Command.ConvertVolume> convertVolume = new InStead<>(new ConvertVolume());
    private final KeepCopy keepCopy = new KeepCopy();
    private final DropCopy dropCopy = new DropCopy();
    private final InStead<Command.ReturnToCopy> returnToCopy = new InStead<>(new ReturnToCopy());
    private final SealImage sealImage = new SealImage();
    private final DropSealed dropSealed = new DropSealed();
    private final InStead<Command.ReturnToSealed> returnToSealed =
            new InStead<>(new ReturnToSealed());
    private final TrashVolume trashVolume = new TrashVolume();
    private final RestoreVolume restoreVolume = new RestoreVolume();
    private final MoveVolume moveVolume = new MoveVolume();
    private final RenameVolume renameVolume = new RenameVolume();
    private final AdoptFile adoptFile = new AdoptFile();
    private final DeleteVolume deleteVolume = new DeleteVolume();
    private final InPlace<Command.ResizeVolume, DiskImage> resizeVolume =
            new InPlace<>(new ResizeVolume());
    private final CheckVolume checkVolume = new CheckVolume();
    private final InPlace<Command.CreateSnapshot, Qcow2Image> createSnapshot =
            new InPlace<>(new SnapshotChange.Create());
    private final InPlace<Command.DeleteSnapshot, Qcow2Image> deleteSnapshot =
            new InPlace<>(new SnapshotChange.Delete());
    private final InPlace<Command.RevertToSnapshot, Qcow2Image> revertToSnapshot =
            new InPlace<>(new SnapshotChange.Revert());

    private final InPlace<Command.FlattenVolume, FlattenVolume.Target> flattenVolume =
            new InPlace<>(new FlattenVolume());
    private final InPlace<Command.CommitVolume, CommitVolume.Target> commitVolume =
            new InPlace<>(new CommitVolume());
    private final InPlace<Command.WipeVolume, DiskImage> wipeVolume =
            new InPlace<>(new WipeVolume());
    private final InPlace<Command.CompactVolume, DiskImage> compactVolume =
            new InPlace<>(new CompactVolume());

    private final DownloadVolume downloadVolume;
    private final InStead<Command.UploadVolume> uploadVolume;

    /**
     * The handlers.
     *
     * @param transfers where clients have their part
     */
    VolumeHandlers(Transfers transfers) {
        downloadVolume = new DownloadVolume(transfers);
        uploadVolume = new InStead<>(new UploadVolume(transfers));
    }

    /** A command with its handler. */
    record Bound<C extends Command.OfVolume>(VolumeHandler<C> handler, C command) {
        @Nullable Result settle(VolumeWork work) throws IOException {
            return handler.settle(command, work);
        }
    }

    /** The handler of a command that a service sends. */
    Bound<?> of(Command.OfVolume command) {
        return switch (command) {
            case Command.CreateVolume create -> new Bound<>(createVolume, create);
            case Command.CloneVolume clone -> new Bound<>(cloneVolume, clone);
            case Command.FlattenVolume flatten -> new Bound<>(flattenVolume, flatten);
            case Command.CommitVolume commit -> new Bound<>(commitVolume, commit);
            case Command.WipeVolume wipe -> new Bound<>(wipeVolume, wipe);
            case Command.CompactVolume compact -> new Bound<>(compactVolume, compact);
            case Command.ConvertVolume convert -> new Bound<>(convertVolume, convert);
            case Command.TrashVolume trash -> new Bound<>(trashVolume, trash);
            case Command.RestoreVolume restore -> new Bound<>(restoreVolume, restore);
            case Command.MoveVolume move -> new Bound<>(moveVolume, move);
            case Command.RenameVolume rename -> new Bound<>(renameVolume, rename);
            case Command.AdoptFile adopt -> new Bound<>(adoptFile, adopt);
            case Command.DeleteVolume delete -> new Bound<>(deleteVolume, delete);
            case Command.ResizeVolume resize -> new Bound<>(resizeVolume, resize);
            case Command.CheckVolume check -> new Bound<>(checkVolume, check);
            case Command.CreateSnapshot create -> new Bound<>(createSnapshot, create);
            case Command.DeleteSnapshot delete -> new Bound<>(deleteSnapshot, delete);
            case Command.RevertToSnapshot revert -> new Bound<>(revertToSnapshot, revert);
            case Command.KeepCopy keep -> new Bound<>(keepCopy, keep);
            case Command.DropCopy drop -> new Bound<>(dropCopy, drop);
            case Command.ReturnToCopy returning -> new Bound<>(returnToCopy, returning);
            case Command.SealImage seal -> new Bound<>(sealImage, seal);
            case Command.DropSealed drop -> new Bound<>(dropSealed, drop);
            case Command.ReturnToSealed returning -> new Bound<>(returnToSealed, returning);
            case Command.DownloadVolume download -> new Bound<>(downloadVolume, download);
            case Command.UploadVolume upload -> new Bound<>(uploadVolume, upload);
            case Command.Settle _ ->
                    throw new IllegalStateException("the settling of a settling is not a thing");
        };
    }
}
