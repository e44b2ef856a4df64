package dev.cistern.img;

import dev.cistern.image.ImageInfo.Details;
import dev.cistern.image.storage.Access;
import dev.cistern.image.vmdk.VmdkOptions;
import dev.cistern.image.vmdk.VmdkOptions.Adapter;
import dev.cistern.image.vmdk.VmdkOptions.Subformat;
import java.util.Optional;

/** What a new vmdk image is to be like, by QEMU's options; refused in QEMU's words. */
final class VmdkRequest {
    private static final String ANY_HARDWARE = "undefined";
    private static final String OLDER_HARDWARE = "6";

    private final Console console;
    private final String file;
    private final CreateValues values;

    VmdkRequest(Console console, String file, CreateValues values) {
        this.console = console;
        this.file = file;
        this.values = values;
    }

    /** The engine's options. */
    VmdkOptions options() throws Failure {
        var format = values.given("backing_fmt").orElse("vmdk");
        require(format.equals("vmdk"), "backing_file must be a vmdk image");
        var adapter = values.given("adapter_type").orElse(Adapter.IDE.text());
        var subformat = values.given("subformat").orElse(Subformat.MONOLITHIC_SPARSE.text());
        var options =
                VmdkOptions.DEFAULT
                        .withAdapter(Adapter.of(adapter).orElseThrow(() -> invalid(adapter)))
                        .withSubformat(
                                Subformat.of(subformat).orElseThrow(() -> invalid(subformat)));
        requireSound(options.subformat());
        try {
            options = withHardware(options);
            if (values.given("toolsversion").isPresent()) {
                options = options.withToolsVersion(values.get("toolsversion"));
            }
            options = values.flag("zeroed_grain") ? options.withZeroedGrains() : options;
            return values.given("backing_file").isPresent()
                    ? options.over(parent(values.get("backing_file")))
                    : options;
        } catch (IllegalArgumentException e) {
            throw Failure.of(String.valueOf(e.getMessage()));
        }
    }

    private static Failure invalid(String value) {
        return Failure.of("invalid parameter value: %s".formatted(value));
    }

    private static void require(boolean holds, String refusal) throws Failure {
        if (!holds) {
            throw Failure.of(refusal);
        }
    }

    private void requireSound(Subformat subformat) throws Failure {
        require(
                !values.flag("compat6") || values.get("hwversion").equals(ANY_HARDWARE),
                "compat6 cannot be enabled with hwversion set");
        require(
                !subformat.flat() || values.given("backing_file").isEmpty(),
                "Flat image can't have backing file");
        require(
                !subformat.flat() || !values.flag("zeroed_grain"),
                "Flat image can't enable zeroed grain");
    }

    private VmdkOptions withHardware(VmdkOptions options) throws Failure {
        if (values.flag("compat6")) {
            return options.withHardwareVersion(OLDER_HARDWARE);
        }
        var version = values.get("hwversion");
        return version.equals(ANY_HARDWARE) ? options : options.withHardwareVersion(version);
    }

    private VmdkOptions.Parent parent(String backing) throws Failure {
        var above = ImageName.ofFile(console, file, Optional.empty(), true);
        var name = above.below(console, backing, Optional.empty()).asShared();
        var opening = new Opening(console, SecretObjects.none());
        var info = opening.look(opening.settled(name, Access.READ)).info();
        if (info.details() instanceof Details.Vmdk vmdk) {
            return new VmdkOptions.Parent(backing, vmdk.cid());
        }
        throw Failure.of(
                "Invalid backing file format: %s. Must be vmdk".formatted(info.format().text()));
    }
}
