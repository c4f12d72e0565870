package dev.alcove.linux;

import java.util.Map;

/**
 * Runs the checks in a guest, where no test framework is started, and prints a line for each. An argument names one to leave
 * out.
 */
final class CgroupGuestMain {
    private CgroupGuestMain() {}

    public static void main(String[] args) {
        CgroupLayout layout = CgroupLayout.read();
        System.out.println("mode " + layout.mode() + CgroupChecks.obstacle(layout));
        int failed = 0;
        for (Map.Entry<String, CgroupChecks.Check> e : CgroupChecks.all().entrySet()) {
            if (args.length > 0 && e.getKey().equals(args[0])) {
                continue;
            }
            try {
                CgroupChecks.run(layout, e.getKey(), e.getValue());
                System.out.println("ok " + e.getKey());
            } catch (Exception | AssertionError x) {
                failed++;
                System.out.println("failed " + e.getKey());
                x.printStackTrace(System.out);
            }
        }
        System.exit(failed == 0 ? 0 : 1);
    }
}
