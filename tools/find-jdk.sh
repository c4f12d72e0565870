# Finds a JDK that Alcove can be built and run with. For scripts that define refuse: a message, then lines of help.

# Whether there is a Java in $1, and no other than 25 or newer. Sets version and build; asks no java, which would take long.
is_jdk() {
    version='' build=''
    [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
    while IFS= read -r line; do
        case $line in
            JAVA_VERSION=*) version=${line#*=\"} version=${version%%[!0-9]*} ;;
            JAVA_RUNTIME_VERSION=* | IMPLEMENTOR=*) build="$build ${line#*=}" ;;
        esac
    done < "$1/release"
    [ "${version:-0}" -ge 25 ]
}

# Sets java to a JDK's folder, and build to what it says of itself. Of several the oldest: it is the one tested with.
find_jdk() {
    java=${ALCOVE_JAVA_HOME:-}
    if [ -n "$java" ]; then
        is_jdk "$java" || refuse "ALCOVE_JAVA_HOME=$java is not a JDK 25 or newer${version:+, but $version}" \
            "mend: set it to the folder that holds bin/java and release, or unset it"
        return
    fi
    java=${JAVA_HOME:-}
    if [ -n "$java" ] && is_jdk "$java"; then return; fi
    java='' found=''
    for one in /usr/lib/jvm/*; do
        if [ ! -h "$one" ] && is_jdk "$one" && [ "$version" -lt "${found:-1000}" ]; then
            java=$one found=$version
        fi
    done
    if [ -z "$java" ] && java=$(command -v java); then
        java=$(readlink -f -- "$java")
        java=${java%/bin/java}
    fi
    if [ -n "$java" ] && is_jdk "$java"; then return; fi
    for package in openjdk-25-jdk-headless temurin-25-jdk; do
        if apt-cache show "$package" > /dev/null 2>&1; then
            refuse "no JDK 25 or newer (looked at ALCOVE_JAVA_HOME, JAVA_HOME, /usr/lib/jvm and PATH)" \
                "mend: apt-get install -y $package"
        fi
    done
    refuse "no JDK 25 or newer (looked at ALCOVE_JAVA_HOME, JAVA_HOME, /usr/lib/jvm and PATH)" \
        "mend: unpack one, from https://adoptium.net for instance, and set ALCOVE_JAVA_HOME=DIR"
}
