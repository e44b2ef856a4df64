package dev.cistern.common.message;

/**
 * What a client must show to have a part in a transfer, and for how long it may be away.
 *
 * @param tokenHash SHA-256 of the token, in hex: the token itself is known to the client alone
 * @param idleSeconds after so long without a byte the transfer has expired
 */
public record Ticket(String tokenHash, long idleSeconds) {}
