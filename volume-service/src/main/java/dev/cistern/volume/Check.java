package dev.cistern.volume;

import dev.cistern.common.message.Command.Repair;
import dev.cistern.common.message.Lane;
import java.time.Duration;

/**
 * A check of a volume's image.
 *
 * @param repair what may be changed
 */
public record Check(Repair repair) implements ChangeRequest {
    /** Of operations that only look. */
    public static final String CHECK = "CheckVolume";

    /** Of operations that set right what they find. */
    public static final String REPAIR = "RepairVolume";

    @Override
    public String kind() {
        return repair == Repair.NONE ? CHECK : REPAIR;
    }

    @Override
    public Lane lane() {
        return Lane.BULK;
    }

    @Override
    public Duration deadline() {
        return Duration.ofHours(24);
    }
}
