package dev.alcove.oci;

import dev.alcove.spec.LinuxResources;
import java.util.Optional;

/**
 * New limits for a container. What is absent stays as it is.
 *
 * @param resources     as in config.json
 * @param l3CacheSchema the Intel RDT L3 line
 * @param memBwSchema   the Intel RDT MB line
 */
record UpdateRequest(LinuxResources resources, Optional<String> l3CacheSchema, Optional<String> memBwSchema) {}
