/** What the services' HTTP interfaces have in common: problems, operations, pages, waiting. */
@NullMarked
package dev.cistern.common.http;

import org.jspecify.annotations.NullMarked;
