package dev.cistern.image.qcow2;

/**
 * How guest bytes get into clusters that are not mapped as they must be yet: what is written where
 * before the tables say so.
 *
 * <pre>
 *   |<----------- region, stored when the plan is carried out ----------->|
 *   | from before      | bytes of the guest's write       | from before   |
 *   regionStart        guest                 guest + length        regionEnd
 * </pre>
 *
 * @param host where the cluster that {@code guest} is in is stored
 * @param newClusters how many were allocated for it; 0 to use the one that is set aside already
 * @param blank whether the allocated clusters read as zeroes
 */
record WritePlan(
        long host,
        long newClusters,
        boolean blank,
        long guest,
        long length,
        long regionStart,
        long regionEnd) {}
