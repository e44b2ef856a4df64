package dev.cistern.image;

import java.util.Optional;

/**
 * What an image names as the one below it.
 *
 * @param name as the image has it; a relative one counts from the image's folder
 * @param format by QEMU's name; empty to tell it by the content, which a guest may have chosen
 */
public record BackingFile(String name, Optional<String> format) {}
